// The table of architectures, and the sizes that a file's metadata names.
#include "gguf/architecture.h"

#include <nlohmann/json.hpp>
#include <set>

#include "expect_error.h"
#include "gguf/made_file.h"
#include "temporary_folder.h"

namespace hone::gguf::architecture_test {

namespace {

// The metadata of a model of width 12, with `more` as unsigned keys behind "llama.".
struct Sized {
  explicit Sized(const std::map<std::string, uint32_t>& more) {
    MadeFile made;
    made.add_text("general.architecture", "llama");
    std::map<std::string, uint32_t> keys = {{"embedding_length", 12},
                                            {"block_count", 3},
                                            {"attention.head_count", 4},
                                            {"feed_forward_length", 20},
                                            {"context_length", 64}};
    for (const auto& [key, value] : more) keys[key] = value;
    for (const auto& [key, value] : keys) made.add_uint32("llama." + key, value);
    made.add_floats("token_embd.weight", {12, 7}, std::vector<float>(84, 1));
    path = folder.write("m.gguf", made.bytes());
  }
  Sizes sizes() const { return sizes_of(File(path)); }
  std::string message() const {
    return expect_error([&] { sizes(); }).what();
  }

  TemporaryFolder folder;
  std::filesystem::path path;
};

}  // namespace

TEST_CASE("each row has tensors of known sizes, and constants that are an object") {
  for (const Architecture& row : architectures()) {
    CAPTURE(row.name);
    CHECK(parse_json(row.constants, row.name).is_object());
    CHECK(!row.sizes.empty());
    std::set<std::string_view> names, hf_names;
    for (const TensorRow& tensor : row.tensors) {
      CHECK(names.insert(tensor.name).second);
      CHECK(hf_names.insert(tensor.hf_name).second);
      CHECK(tensor.shape.find_first_not_of("VCQKDFGATPEM") == std::string_view::npos);
      CHECK((tensor.name.find('#') == std::string_view::npos) == (tensor.hf_name.find('#') == std::string_view::npos));
      CHECK((tensor.change == Change::kExperts) == (tensor.hf_name.find('@') != std::string_view::npos));
    }
    CHECK(names.contains("token_embd"));
    CHECK(names.contains("output"));
  }
}

TEST_CASE("sizes that a file does not name follow from the others") {
  const Sizes plain = Sized({}).sizes();
  CHECK(plain.vocabulary == 7);
  CHECK(plain.width == 12);
  CHECK(plain.layers == 3);
  CHECK(plain.kv_heads == 4);
  CHECK(plain.head_width == 3);
  CHECK(plain.inner == 20);
  CHECK(plain.positions == 64);
  CHECK(plain.experts == 0);
  const Sizes given = Sized({{"attention.head_count_kv", 2}, {"attention.key_length", 8}, {"expert_count", 5}}).sizes();
  CHECK(given.kv_heads == 2);
  CHECK(given.head_width == 8);
  CHECK(given.experts == 5);
}

TEST_CASE("sizes that contradict each other are errors") {
  CHECK(contains(Sized({{"attention.head_count_kv", 3}}).message(), "is 3, which does not divide the 4 heads"));
  CHECK(contains(Sized({{"attention.head_count_kv", 0}}).message(), "is 0, which does not divide the 4 heads"));
  CHECK(contains(Sized({{"attention.head_count", 5}}).message(), "is 5, which does not divide the width 12"));
  CHECK(contains(Sized({{"attention.key_length", 8}, {"attention.value_length", 4}}).message(),
                 "\"llama.attention.key_length\" is 8, but the values have 4"));
  CHECK(contains(Sized({{"embedding_length", 0}}).message(),
                 "\"llama.embedding_length\" is 0, not from 1 to 1073741824"));
}

}  // namespace hone::gguf::architecture_test
