// A tool for tests/fixtures/compare_tokenizer.py: encodes or decodes the records of a file and prints the speed.
// Records are a 32-bit length (little-endian) and as many bytes; each writer describes its output.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <map>

#include "base/error.h"
#include "base/files.h"
#include "text/tokenizer.h"

namespace {

using namespace hone;
using namespace hone::text;

struct Arguments {
  std::string command, model, input, output;
  EncodeOptions options;
  bool pairs = false;
  int threads = 1, repeat = 1;
};

Arguments parse(int argc, char** argv) {
  if (argc < 5)
    throw Error(ErrorKind::kUsage, "tokenize_lines encode|decode|save MODEL INPUT OUTPUT [option=value ...]");
  Arguments arguments{argv[1], argv[2], argv[3], argv[4]};
  std::map<std::string, std::string> values;
  for (int i = 5; i < argc; ++i) {
    const std::string text = argv[i];
    values[text.substr(0, text.find('='))] = text.substr(text.find('=') + 1);
  }
  const std::map<std::string, TruncationStrategy> strategies = {{"longest_first", TruncationStrategy::kLongestFirst},
                                                                {"only_first", TruncationStrategy::kOnlyFirst},
                                                                {"only_second", TruncationStrategy::kOnlySecond}};
  if (values.contains("max_length")) arguments.options.max_length = std::stoul(values["max_length"]);
  if (values.contains("strategy")) arguments.options.truncation = strategies.at(values["strategy"]);
  if (values.contains("side"))
    arguments.options.truncation_side = values["side"] == "left" ? Side::kLeft : Side::kRight;
  arguments.options.add_special_tokens = values["special"] != "no";
  arguments.options.with_offsets = values["offsets"] == "yes";
  arguments.pairs = values["pairs"] == "yes";
  if (values.contains("threads")) arguments.threads = std::stoi(values["threads"]);
  if (values.contains("repeat")) arguments.repeat = std::stoi(values["repeat"]);
  return arguments;
}

std::vector<std::string_view> split_records(std::string_view bytes) {
  std::vector<std::string_view> records;
  while (bytes.size() >= 4) {
    uint32_t length;
    std::memcpy(&length, bytes.data(), 4);
    records.push_back(bytes.substr(4, length));
    bytes.remove_prefix(4 + size_t{length});
  }
  return records;
}

template <typename T>
void add(std::string& out, const T* values, size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof(T));
}

// Writes per text: count, num_cut (truncated tokens), ids, and with offsets=yes 32-bit type ids and character offsets.
void write_encodings(const Arguments& arguments, const std::vector<std::string_view>& firsts,
                     const std::vector<std::string_view>& seconds, const std::vector<Encoding>& encodings) {
  std::string out;
  for (size_t i = 0; i < encodings.size(); ++i) {
    const Encoding& encoding = encodings[i];
    const uint32_t head[2] = {static_cast<uint32_t>(encoding.ids.size()), static_cast<uint32_t>(encoding.num_cut)};
    add(out, head, 2);
    add(out, encoding.ids.data(), encoding.ids.size());
    if (!arguments.options.with_offsets) continue;
    const std::vector<uint32_t> types(encoding.type_ids.begin(), encoding.type_ids.end());
    add(out, types.data(), types.size());
    if (!arguments.pairs) {
      const std::vector<Offset> offsets = to_character_offsets(firsts[i], encoding.offsets);
      add(out, offsets.data(), offsets.size());
      continue;
    }
    for (size_t j = 0; j < encoding.ids.size(); ++j) {
      const std::string_view text = types[j] == 1 ? seconds[i] : firsts[i];
      const auto offset = to_character_offsets(text, {&encoding.offsets[j], 1});
      add(out, offset.data(), 1);
    }
  }
  write_file(arguments.output, out);
}

void encode(const Tokenizer& tokenizer, const Arguments& arguments) {
  const MappedFile file(arguments.input);
  std::vector<std::string_view> firsts, seconds;
  const std::vector<std::string_view> records = split_records(file.bytes());
  for (size_t i = 0; i < records.size(); ++i) (arguments.pairs && i % 2 == 1 ? seconds : firsts).push_back(records[i]);
  double bytes = 0, first_wall = 0, best_wall = 1e30, best_cpu = 1e30;
  for (std::string_view record : records) bytes += static_cast<double>(record.size());
  std::vector<Encoding> encodings;
  for (int i = 0; i < arguments.repeat; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t cpu_start = std::clock();
    encodings = tokenizer.encode_batch(firsts, seconds, arguments.options, arguments.threads);
    best_cpu = std::min(best_cpu, static_cast<double>(std::clock() - cpu_start) / CLOCKS_PER_SEC);
    const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (i == 0) first_wall = wall;
    best_wall = std::min(best_wall, wall);
  }
  std::printf("%.1f MB/s (%.1f per second of processor time), first pass %.1f MB/s\n", bytes / 1e6 / best_wall,
              bytes / 1e6 / best_cpu, bytes / 1e6 / first_wall);
  write_encodings(arguments, firsts, seconds, encodings);
}

// Reads records of 32-bit ids and writes records of text.
void decode(const Tokenizer& tokenizer, const Arguments& arguments) {
  const std::string bytes = read_file(arguments.input);
  std::string out;
  for (std::string_view record : split_records(bytes)) {
    std::vector<int32_t> ids(record.size() / 4);
    std::memcpy(ids.data(), record.data(), ids.size() * 4);
    const std::string text = tokenizer.decode(ids, !arguments.options.add_special_tokens);
    const auto length = static_cast<uint32_t>(text.size());
    add(out, &length, 1);
    out += text;
  }
  write_file(arguments.output, out);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Arguments arguments = parse(argc, argv);
    const Tokenizer tokenizer = Tokenizer::load(arguments.model);
    if (arguments.command == "encode") encode(tokenizer, arguments);
    if (arguments.command == "decode") decode(tokenizer, arguments);
    if (arguments.command == "save") tokenizer.save(arguments.output);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
