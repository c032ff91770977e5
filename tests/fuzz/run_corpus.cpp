// The main of a fuzz target without libFuzzer: runs every file of a folder, then mutations of them with a fixed seed.
// Usage: fuzz_NAME FOLDER [mutations of each file, by default 20]. Exits with 1 at the first fault and writes its input
// to fault.input.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <random>
#include <vector>

#include "base/files.h"
#include "fuzz_input.h"

namespace {

namespace fs = std::filesystem;

using Inputs = std::vector<std::pair<std::string, std::string>>;  // names and bytes

Inputs read_folder(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Inputs inputs;
  for (const fs::path& path : paths) inputs.emplace_back(path.filename().string(), hone::read_file(path));
  return inputs;
}

class Mutator {
 public:
  explicit Mutator(const Inputs& inputs) : inputs_(inputs) {}

  std::string operator()(std::string bytes) {
    for (size_t i = below(4) + 1; i > 0; --i) change(bytes);
    return bytes;
  }

 private:
  size_t below(size_t limit) { return limit == 0 ? 0 : draw_() % limit; }

  void change(std::string& bytes) {
    const size_t place = below(bytes.size()), length = std::min(below(16) + 1, bytes.size() - place);
    switch (below(5)) {
      case 0:
        if (!bytes.empty()) bytes[place] = static_cast<char>(below(256));
        break;
      case 1:
        bytes.erase(place, length);
        break;
      case 2:
        bytes.insert(place, bytes.substr(place, length));
        break;
      case 3:
        bytes.insert(place, 1, static_cast<char>(below(256)));
        break;
      default:
        const std::string& other = inputs_[below(inputs_.size())].second;
        const size_t from = below(other.size());
        bytes.replace(place, length, other.substr(from, below(64) + 1));
    }
  }

  const Inputs& inputs_;
  std::mt19937 draw_{1};
};

bool run(const std::string& name, const std::string& bytes) {
  try {
    // A copy of the exact size, so that the sanitizers see a read behind the end.
    const std::vector<uint8_t> exact(bytes.begin(), bytes.end());
    LLVMFuzzerTestOneInput(exact.data(), exact.size());
    return true;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s: %s\n", name.c_str(), error.what());
    hone::write_file("fault.input", bytes);
    return false;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s FOLDER [mutations of each file]\n", argv[0]);
    return 2;
  }
  LLVMFuzzerInitialize(&argc, &argv);
  const Inputs inputs = read_folder(argv[1]);
  const int num_mutations = argc > 2 ? std::atoi(argv[2]) : 20;
  if (inputs.empty()) {
    std::fprintf(stderr, "%s: the folder is empty\n", argv[1]);
    return 1;
  }
  Mutator mutated(inputs);
  for (const auto& [name, bytes] : inputs) {
    if (!run(name, bytes)) return 1;
    for (int i = 0; i < num_mutations; ++i) {
      if (!run(name + ", mutation " + std::to_string(i), mutated(bytes))) return 1;
    }
  }
  std::printf("%zu inputs and %zu mutations\n", inputs.size(), inputs.size() * static_cast<size_t>(num_mutations));
  return 0;
}
