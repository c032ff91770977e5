#include "serve/embeddings.h"

#include <doctest/doctest.h>

#include <cstring>

#include "base/base64.h"
#include "expect_error.h"
#include "http/response.h"
#include "serve/routes.h"
#include "serve/tiny_service.h"
#include "task/sentence_fixture.h"

namespace embeddings_test {

using namespace hone;

struct VectorService {
  TemporaryFolder folder;
  TinyService tiny;

  explicit VectorService(const std::string& form) : tiny(body_alone(sentence_model(folder, form))) { tiny.started(); }

  // The class of a model without a classifier's head.
  static std::filesystem::path body_alone(const std::filesystem::path& model) {
    Json config = read_json(model / "config.json");
    config["architectures"] = {"BertModel"};
    write_json(model / "config.json", config);
    return model;
  }

  template <typename Method>
  Json ask(Method method, const Json& body) {
    return Json::parse(tiny.ask(method, body.dump()).get().body);
  }
  template <typename Method>
  http::RequestError problem(Method method, const std::string& body) {
    try {
      tiny.ask(method, body).get();
    } catch (const http::RequestError& error) {
      return error;
    }
    FAIL("no error was thrown");
    return http::RequestError({});
  }
};

std::vector<float> floats_of(const Json& list) { return list.get<std::vector<float>>(); }

constexpr auto kOpenAi = &serve::Service::openai_embeddings;
constexpr auto kEmbed = &serve::Service::embed;
constexpr auto kSimilarity = &serve::Service::similarity;

TEST_CASE("OpenAI's form gives sentence-transformers' vectors, as numbers and as base64") {
  VectorService service("dense");
  const Json fixture = sentence_fixture();
  const Json answer = service.ask(kOpenAi, {{"input", fixture["texts"]}, {"model", "any"}});
  CHECK(answer["object"] == "list");
  CHECK(answer["data"].size() == 8);
  CHECK(answer["usage"]["prompt_tokens"].get<int>() > 16);
  CHECK(answer["usage"]["total_tokens"] == answer["usage"]["prompt_tokens"]);
  std::vector<float> all;
  for (size_t i = 0; i < 8; ++i) {
    CHECK(answer["data"][i]["index"] == i);
    for (const float value : floats_of(answer["data"][i]["embedding"])) all.push_back(value);
  }
  CHECK(largest_difference(all, fixture["vectors"]["dense"]) < 1e-5);
  const Json coded = service.ask(kOpenAi, {{"input", "love"}, {"encoding_format", "base64"}});
  const std::string bytes = decode_base64(coded["data"][0]["embedding"].get<std::string>()).value();
  REQUIRE(bytes.size() == 16 * sizeof(float));
  std::vector<float> values(16);
  std::memcpy(values.data(), bytes.data(), bytes.size());
  CHECK(largest_difference(values, Json::array({fixture["vectors"]["dense"][6]})) < 1e-5);
}

TEST_CASE("tokens stand for their text, and dimensions for the first values with length 1") {
  VectorService service("normalize");
  const text::Tokenizer tokenizer = text::Tokenizer::load(service.folder.path() / "model-normalize");
  const Json ids = tokenizer.encode("a bad film").ids;
  const Json by_text = service.ask(kOpenAi, {{"input", "a bad film"}});
  CHECK(service.ask(kOpenAi, {{"input", ids}}) == by_text);
  CHECK(service.ask(kOpenAi, {{"input", Json::array({ids})}}) == by_text);
  const Json narrow = service.ask(kOpenAi, {{"input", "a bad film"}, {"dimensions", 8}});
  const std::vector<float> values = floats_of(narrow["data"][0]["embedding"]);
  REQUIRE(values.size() == 8);
  double square = 0;
  for (const float value : values) square += static_cast<double>(value) * static_cast<double>(value);
  CHECK(square == doctest::Approx(1));
}

TEST_CASE("TEI's form, with and without length 1, and the similarity of sentences") {
  VectorService service("mean");
  const Json fixture = sentence_fixture();
  const Json plain = service.ask(kEmbed, {{"inputs", {"love", "a film"}}, {"normalize", false}});
  std::vector<float> all = floats_of(plain[0]);
  for (const float value : floats_of(plain[1])) all.push_back(value);
  const Json expected = fixture["vectors"]["mean"];
  CHECK(largest_difference(all, Json::array({expected[6], expected[7]})) < 1e-5);
  const Json one = service.ask(kEmbed, {{"inputs", "love"}});
  CHECK(largest_difference(floats_of(one[0]), Json::array({fixture["vectors"]["normalize"][6]})) < 1e-5);
  const Json scores =
      service.ask(kSimilarity, {{"inputs", {{"source_sentence", "love"}, {"sentences", {"love", "a bad film"}}}}});
  REQUIRE(scores.size() == 2);
  CHECK(scores[0].get<double>() == doctest::Approx(1).epsilon(1e-5));
  double cosine = 0;
  for (size_t k = 0; k < 32; ++k) {
    cosine += fixture["vectors"]["normalize"][6][k].get<double>() * fixture["vectors"]["normalize"][1][k].get<double>();
  }
  CHECK(scores[1].get<double>() == doctest::Approx(cosine).epsilon(1e-4));
}

TEST_CASE("the default prompt stands before a text, or the one that the request names") {
  VectorService service("prompts");
  const Json fixture = sentence_fixture();
  const auto vector = [&](const Json& more) {
    Json body = {{"inputs", "love"}, {"normalize", false}};
    body.update(more);
    return floats_of(service.ask(kEmbed, body)[0]);
  };
  CHECK(largest_difference(vector(Json::object()), Json::array({fixture["vectors"]["prompts"][6]})) < 1e-5);
  CHECK(vector({{"prompt_name", "query"}}) == vector(Json::object()));
  CHECK(vector({{"prompt_name", "document"}}) != vector(Json::object()));
  CHECK(std::string(service.problem(kEmbed, R"({"inputs": "a", "prompt_name": "x"})").what()) ==
        "unknown prompt \"x\"");
  VectorService without("no_prompt_mean");
  CHECK(contains(without.problem(kEmbed, R"({"inputs": "a"})").what(), "is not pooled, which hone serve cannot do"));
}

TEST_CASE("wrong requests name the field") {
  VectorService service("mean");
  const auto openai = [&](const char* body) { return std::string(service.problem(kOpenAi, body).what()); };
  CHECK(contains(openai("{}"), "input"));
  CHECK(contains(openai(R"({"input": 3})"), "input must be a string or a list of strings"));
  CHECK(contains(openai(R"({"input": []})"), "input must hold at least one text"));
  CHECK(contains(openai(R"({"input": ["a", 3]})"), "input[1] must be a string"));
  CHECK(contains(openai(R"({"input": [3, "a"]})"), "input must be a list of token ids"));
  CHECK(contains(openai(R"({"input": [[3], []]})"), "input[1] must be a list of token ids"));
  CHECK(contains(openai(R"({"input": [999999]})"), "999999"));
  CHECK(contains(openai(R"({"input": "a", "encoding_format": "hex"})"), "encoding_format must be float or base64"));
  CHECK(contains(openai(R"({"input": "a", "dimensions": 0})"), "dimensions"));
  CHECK(contains(openai(R"({"input": "a", "size": 3})"), "size"));
  const auto similarity = [&](const char* body) { return std::string(service.problem(kSimilarity, body).what()); };
  CHECK(contains(similarity(R"({"inputs": "a"})"), "inputs must be an object with source_sentence and sentences"));
  CHECK(contains(similarity(R"({"inputs": {"source_sentence": 1, "sentences": []}})"),
                 "inputs.source_sentence must be a string"));
  CHECK(contains(similarity(R"({"inputs": {"source_sentence": "a", "sentences": "b"}})"),
                 "inputs.sentences must be a list of strings"));
  CHECK(contains(similarity(R"({"inputs": {"source_sentence": "a", "sentences": ["b"]}, "parameters": 3})"),
                 "parameters must be an object"));
  const std::string long_text = Json{{"inputs", std::string(500, '?')}, {"truncate", false}}.dump();
  const http::RequestError error = service.problem(kEmbed, long_text);
  CHECK(contains(error.what(), "inputs is longer than 40 tokens"));
  Json many = Json::array();
  for (size_t i = 0; i <= serve::kMaxEmbedded; ++i) many.push_back("a");
  CHECK(contains(service.problem(kEmbed, Json{{"inputs", many}}.dump()).what(),
                 "inputs holds 2049 texts, more than 2048"));
  const http::Response wide = service.tiny.ask(kEmbed, R"({"inputs": "a", "dimensions": 33})").get();
  CHECK(wide.status == 400);
  CHECK(contains(wide.body, "dimensions must be at most 32, the width of the model's vectors"));
}

TEST_CASE("only a model of vectors has the routes") {
  const auto has = [](TinyService& service, const std::string& path) {
    const auto routes = serve::routes(service.service);
    return std::ranges::any_of(routes, [&](const http::Route& route) { return route.path == path; });
  };
  VectorService service("mean");
  TinyService classifier;
  for (const char* path : {"/v1/embeddings", "/embed", "/similarity"}) {
    CHECK(has(service.tiny, path));
    CHECK(!has(classifier, path));
  }
}

}  // namespace embeddings_test
