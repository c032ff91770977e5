#include "model/decoder_config.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include <functional>

#include "expect_error.h"

namespace decoder_config_test {

using namespace hone;

constexpr const char* kSizes =
    R"({"vocab_size": 9, "hidden_size": 12, "num_hidden_layers": 3, "num_attention_heads": 4, "intermediate_size": 7,
        "max_position_embeddings": 40, "rope_theta": 10})";

model::DecoderShape shape_of(const std::function<void(Json&)>& change, const model::DecoderKeys& keys = {}) {
  Json json = parse_json(kSizes, "config.json");
  change(json);
  return model::decoder_shape({json, "config.json"}, keys);
}

TEST_CASE("the sizes come from config.json, the other values from the defaults of the family") {
  const model::DecoderShape shape = shape_of([](Json&) {});
  CHECK(shape.heads.num_kv_heads == 4);
  CHECK(shape.heads.head_width == 3);
  CHECK(shape.layers.size() == 3);
  CHECK(shape.activation == "silu");
  CHECK(shape.norm_eps == 1e-6);
  CHECK_FALSE(shape.padding.has_value());
  CHECK(shape.traits.max_length == 40);
  const model::DecoderShape other = shape_of(
      [](Json& json) {
        json["num_key_value_heads"] = 2;
        json["pad_token_id"] = -1;
      },
      {.head_dim = {"head_dim", model::ConfigKind::kInteger, "5", 1, 100}});
  CHECK(other.heads.num_kv_heads == 2);
  CHECK(other.heads.head_width == 5);
  CHECK(other.heads.qkv_width() == (4 + 2 * 2) * 5);
  CHECK(other.padding == 8);
}

TEST_CASE("a width that does not divide into heads is an error, unless heads have a width of their own") {
  CHECK(contains(expect_error([] { shape_of([](Json& json) { json["hidden_size"] = 13; }); }).what(),
                 "a width of 13 does not divide into 4 heads"));
  CHECK_NOTHROW(shape_of([](Json& json) {
    json["hidden_size"] = 13;
    json["head_dim"] = 6;
  }));
}

TEST_CASE("a body takes sequences that the positions of all its layers take") {
  const nn::RotaryRule rule{tensor::rotary_frequencies(2, 10), 1, 40, [](int64_t) { return at::Tensor(); }};
  const auto longer = std::make_shared<const nn::RotaryPositions>(rule, 80);
  const auto plain = std::make_shared<const nn::RotaryPositions>(nn::RotaryRule{rule.frequencies}, 70);
  const model::BodyTraits both = model::with_positions({.width = 8}, {longer, plain});
  CHECK(both.width == 8);
  CHECK(both.max_length == 70);
  CHECK(both.max_cached_length == 40);
  CHECK(both.depends_on_batch);
  const model::BodyTraits one = model::with_positions({}, {plain});
  CHECK(one.max_cached_length == 70);
  CHECK_FALSE(one.depends_on_batch);
}

TEST_CASE("a window belongs to the layers that slide") {
  model::DecoderShape shape = shape_of([](Json&) {});
  model::set_windows(shape, {true, false, true}, 5);
  CHECK(shape.layers[0].window == 5);
  CHECK_FALSE(shape.layers[1].window.has_value());
  model::set_windows(shape, {true, false, true}, std::nullopt);
  CHECK_FALSE(shape.layers[2].window.has_value());
}

}  // namespace decoder_config_test
