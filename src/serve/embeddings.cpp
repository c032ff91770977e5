#include "serve/embeddings.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/base64.h"
#include "http/json_body.h"
#include "model/sentence_config.h"
#include "serve/errors.h"
#include "serve/notes.h"
#include "serve/parameters.h"

namespace hone::serve {

namespace {

using Body = http::BodyJson;
using http::Fields;
using http::wrong_field;

constexpr const char* kOpenAiRequest = R"({
  "type": "object", "required": ["input"], "additionalProperties": false,
  "properties": {
    "input": {
      "description": "a text, up to $MAX texts, or token ids of one or of several texts",
      "anyOf": [{"type": "string"},
                {"type": "array", "minItems": 1, "maxItems": $MAX, "items": {"type": "string"}},
                {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}},
                {"type": "array", "minItems": 1, "maxItems": $MAX, "items": {"type": "array", "minItems": 1, "items": {"type": "integer", "minimum": 0}}}]},
    "model": {"type": ["string", "null"], "description": "has no effect: the server has one model"},
    "encoding_format": {"enum": ["float", "base64", null]},
    "dimensions": {"type": ["integer", "null"], "minimum": 1, "description": "the first values of each vector that are kept"},
    "user": {"type": ["string", "null"], "description": "has no effect"}}
})";

constexpr const char* kOpenAiResponse = R"({
  "type": "object", "required": ["object", "data", "model", "usage"], "additionalProperties": false,
  "properties": {
    "object": {"const": "list"},
    "data": {"type": "array", "items": {
      "type": "object", "required": ["object", "index", "embedding"], "additionalProperties": false,
      "properties": {"object": {"const": "embedding"}, "index": {"type": "integer"},
        "embedding": {"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "string", "description": "float32 in base64"}]}}}},
    "model": {"type": "string"},
    "usage": {"type": "object", "required": ["prompt_tokens", "total_tokens"], "additionalProperties": false,
      "properties": {"prompt_tokens": {"type": "integer"}, "total_tokens": {"type": "integer"}}}}
})";

constexpr const char* kEmbedRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {"anyOf": [{"type": "string"}, {"type": "array", "minItems": 1, "maxItems": $MAX, "items": {"type": "string"}}]},
    "normalize": {"type": ["boolean", "null"], "description": "divide each vector by its length; the default is true"},
    "truncate": {"type": ["boolean", "null"], "description": "false: a text that is too long is an error"},
    "prompt_name": {"type": ["string", "null"], "description": "a prompt of the model"},
    "dimensions": {"type": ["integer", "null"], "minimum": 1, "description": "the first values of each vector that are kept"}}
})";

constexpr const char* kEmbedResponse = R"({
  "description": "the vector of each text", "type": "array", "items": {"type": "array", "items": {"type": "number"}}
})";

constexpr const char* kSimilarityRequest = R"({
  "type": "object", "required": ["inputs"], "additionalProperties": false,
  "properties": {
    "inputs": {"type": "object", "required": ["source_sentence", "sentences"], "additionalProperties": false,
      "properties": {"source_sentence": {"type": "string"},
                     "sentences": {"type": "array", "minItems": 1, "maxItems": $MAX, "items": {"type": "string"}}}},
    "parameters": {"type": ["object", "null"], "additionalProperties": false, "properties": {
      "truncate": {"type": ["boolean", "null"]}, "prompt_name": {"type": ["string", "null"]}}}}
})";

constexpr const char* kSimilarityResponse = R"({
  "description": "the cosine of each sentence with the source sentence", "type": "array", "items": {"type": "number"}
})";

// A text or its tokens.
struct EmbeddedInput {
  std::string text;
  std::vector<int32_t> ids = {};
  std::string field;  // its name in errors
};

struct EmbeddedInputs {
  std::vector<EmbeddedInput> inputs;
  std::string prompt_name = {};  // empty: the model's default
  bool truncates = true;
};

// What becomes of the vectors.
struct VectorForm {
  std::optional<size_t> width = {};
  bool normalizes = false;
};

void check_embedded_count(size_t count, const std::string& field) {
  if (count == 0) throw wrong_field(field, "must hold at least one text");
  if (count <= kMaxEmbedded) return;
  throw http::RequestError({.status = 413,
                            .message = fmt::format("{} holds {} texts, more than {}", field, count, kMaxEmbedded),
                            .field = field,
                            .hint = "send them in several requests"});
}

std::vector<int32_t> read_ids(const Body& list, const std::string& field) {
  std::vector<int32_t> ids;
  for (const Body& id : list) {
    if (!id.is_number_integer() || id.get<int64_t>() < 0 || id.get<int64_t>() > INT32_MAX) {
      throw wrong_field(field, "must be a list of token ids");
    }
    ids.push_back(id.get<int32_t>());
  }
  return ids;
}

std::vector<EmbeddedInput> read_texts_of(const Body& value, const std::string& field) {
  if (value.is_string()) return {{value.get<std::string>(), {}, field}};
  if (!value.is_array()) throw wrong_field(field, "must be a string or a list of strings");
  check_embedded_count(value.size(), field);
  std::vector<EmbeddedInput> inputs;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string place = fmt::format("{}[{}]", field, i);
    if (!value[i].is_string()) throw wrong_field(place, "must be a string");
    inputs.push_back({value[i].get<std::string>(), {}, place});
  }
  return inputs;
}

// OpenAI's input may be tokens.
std::vector<EmbeddedInput> read_openai_input(const Body& value) {
  const bool is_list = value.is_array() && !value.empty();
  if (is_list && value.front().is_number()) return {{"", read_ids(value, "input"), "input"}};
  if (!is_list || !value.front().is_array()) return read_texts_of(value, "input");
  check_embedded_count(value.size(), "input");
  std::vector<EmbeddedInput> inputs;
  for (size_t i = 0; i < value.size(); ++i) {
    const std::string place = fmt::format("input[{}]", i);
    if (!value[i].is_array() || value[i].empty()) throw wrong_field(place, "must be a list of token ids");
    inputs.push_back({"", read_ids(value[i], place), place});
  }
  return inputs;
}

std::string prompt_of(const ServedModel& model, const std::string& name) {
  const model::SentenceConfig& config = *model.sentence;
  const std::string& chosen = name.empty() ? config.default_prompt : name;
  if (chosen.empty()) return "";
  std::string prompt;
  try {
    prompt = config.prompt(chosen);
  } catch (const Error& error) {
    throw http::RequestError(
        {.message = error.what(), .field = "prompt_name", .hint = "leave it out, or name one of the model's prompts"});
  }
  if (!prompt.empty() && !config.pools_prompt) {
    throw http::RequestError(
        {.message = fmt::format("the prompt \"{}\" is not pooled, which hone serve cannot do", chosen),
         .field = "prompt_name",
         .hint = "use hone embed"});
  }
  return prompt;
}

task::Question embedded_question(const ServedModel& model, const EmbeddedInput& input, const std::string& prompt,
                                 bool truncates) {
  const task::Reading reading = model.trained.reading();
  task::Question question;
  if (input.ids.empty()) {
    question = task::make_question(model.trained.tokenizer, prompt + input.text, std::nullopt, reading);
  } else {
    const int64_t num_rows = model.trained.model->vocab_size();
    for (const int32_t id : input.ids) {
      if (id >= num_rows)
        throw wrong_field(input.field, fmt::format("has the token id {}, beyond {}", id, num_rows - 1));
    }
    text::Encoding encoding{.ids = input.ids};
    const size_t size = std::min(encoding.ids.size(), reading.encode.max_length);
    encoding.num_cut = encoding.ids.size() - size;
    encoding.ids.resize(size);
    encoding.type_ids.resize(size);
    question.windows = {std::move(encoding)};
  }
  if (question.is_truncated() && !truncates) {
    throw http::RequestError(
        {.status = 413,
         .message = fmt::format("{} is longer than {} tokens", input.field, reading.encode.max_length),
         .field = input.field,
         .hint = "shorten it, or allow truncation (truncate)"});
  }
  check_question(model, question, input.field);
  return question;
}

// The vector of each question.
std::vector<std::vector<float>> formed_vectors(const std::vector<task::Outputs>& outputs,
                                               const std::vector<std::string>& fields, const VectorForm& form) {
  std::vector<std::vector<float>> vectors;
  for (size_t i = 0; i < outputs.size(); ++i) {
    check_outputs(outputs[i], fields[i]);
    std::vector<float>& vector = vectors.emplace_back(task::pooled_outputs(outputs[i]));
    if (form.width && *form.width > vector.size()) {
      throw wrong_field("dimensions",
                        fmt::format("must be at most {}, the width of the model's vectors", vector.size()));
    }
    if (form.width) vector.resize(*form.width);
    if (!form.normalizes) continue;
    double square = 0;
    for (const float value : vector) square += static_cast<double>(value) * static_cast<double>(value);
    const double length = std::max(std::sqrt(square), 1e-12);
    for (float& value : vector) value = static_cast<float>(static_cast<double>(value) / length);
  }
  return vectors;
}

Json numbers_json(const std::vector<float>& vector) {
  Json list = Json::array();
  for (const float value : vector) list.push_back(shortest_double(value));
  return list;
}

using MakeResponse = std::function<Json(const std::vector<std::vector<float>>& vectors, size_t num_tokens)>;

Job vector_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer,
               const EmbeddedInputs& asked, const VectorForm& form, MakeResponse make) {
  Job job;
  Notes notes;
  std::vector<std::string> fields;
  const std::string prompt = prompt_of(*model, asked.prompt_name);
  for (size_t i = 0; i < asked.inputs.size(); ++i) {
    const EmbeddedInput& input = asked.inputs[i];
    const task::Question& question =
        job.questions.emplace_back(embedded_question(*model, input, prompt, asked.truncates));
    if (input.ids.empty()) notes.add_question(i, question, task::unknown_tokens(model->trained.tokenizer, question));
    fields.push_back(input.field);
  }
  job.done = [notes, fields, form, make = std::move(make), answer = std::move(answer)](
                 const std::vector<task::Question>& questions, const std::vector<task::Outputs>& outputs,
                 const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      size_t num_tokens = 0;
      for (const task::Question& question : questions) num_tokens += question.num_tokens();
      http::Response response = http::json_response(make(formed_vectors(outputs, fields, form), num_tokens));
      notes.add_to(response);
      return response;
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  return job;
}

VectorForm form_of(const Fields& fields, bool normalizes) {
  const auto width = fields.count("dimensions");
  return {width ? std::optional(static_cast<size_t>(*width)) : std::nullopt, normalizes};
}

Json openai_json(const std::vector<std::vector<float>>& vectors, size_t num_tokens, bool is_base64,
                 const std::string& name) {
  Json data = Json::array();
  for (size_t i = 0; i < vectors.size(); ++i) {
    const auto* const bytes = reinterpret_cast<const char*>(vectors[i].data());
    data.push_back({{"object", "embedding"},
                    {"index", i},
                    {"embedding", is_base64 ? Json(encode_base64({bytes, vectors[i].size() * sizeof(float)}))
                                            : numbers_json(vectors[i])}});
  }
  return {{"object", "list"},
          {"data", std::move(data)},
          {"model", name},
          {"usage", {{"prompt_tokens", num_tokens}, {"total_tokens", num_tokens}}}};
}

std::string with_limit(std::string schema) {
  constexpr std::string_view kName = "$MAX";
  const std::string value = fmt::format("{}", kMaxEmbedded);
  for (size_t at = schema.find(kName); at != std::string::npos; at = schema.find(kName, at)) {
    schema.replace(at, kName.size(), value);
  }
  return schema;
}

http::Route vector_route(const char* path, const char* doc, const char* request, const char* response) {
  return {.method = "POST",
          .path = path,
          .doc = doc,
          .handle = {},
          .request_schema = with_limit(request),
          .response_schema = response,
          .response_headers = {{.name = kTruncatedHeader, .doc = "indices of the truncated texts, such as 0,3"},
                               {.name = kUnknownHeader, .doc = "texts with more than a tenth of unknown tokens"}}};
}

}  // namespace

Job openai_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer) {
  const Body parsed = http::json_body(request.body);
  const Fields fields(parsed, "", {"input", "model", "encoding_format", "dimensions", "user"});
  const EmbeddedInputs asked{.inputs = read_openai_input(fields.needed("input"))};
  const std::string format = fields.text("encoding_format").value_or("float");
  if (format != "float" && format != "base64") throw wrong_field("encoding_format", "must be float or base64");
  fields.text("model");  // must be text
  fields.text("user");
  const VectorForm form = form_of(fields, fields.contains("dimensions") && model->sentence->normalizes());
  return vector_job(model, request, std::move(answer), asked, form,
                    [is_base64 = format == "base64", name = model->description.name](
                        const std::vector<std::vector<float>>& vectors, size_t num_tokens) {
                      return openai_json(vectors, num_tokens, is_base64, name);
                    });
}

Job embed_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer) {
  const Body parsed = http::json_body(request.body);
  const Fields fields(parsed, "", {"inputs", "normalize", "truncate", "prompt_name", "dimensions"});
  const EmbeddedInputs asked{.inputs = read_texts_of(fields.needed("inputs"), "inputs"),
                             .prompt_name = fields.text("prompt_name").value_or(""),
                             .truncates = fields.flag("truncate").value_or(true)};
  const VectorForm form = form_of(fields, fields.flag("normalize").value_or(true));
  return vector_job(model, request, std::move(answer), asked, form,
                    [](const std::vector<std::vector<float>>& vectors, size_t) {
                      Json list = Json::array();
                      for (const std::vector<float>& vector : vectors) list.push_back(numbers_json(vector));
                      return list;
                    });
}

Job similarity_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request,
                   http::Responder answer) {
  const Body parsed = http::json_body(request.body);
  const Fields fields(parsed, "", {"inputs", "parameters"});
  const Body& inputs = fields.needed("inputs");
  if (!inputs.is_object()) throw wrong_field("inputs", "must be an object with source_sentence and sentences");
  const Fields texts(inputs, "inputs", {"source_sentence", "sentences"});
  const Body& source = texts.needed("source_sentence");
  if (!source.is_string()) throw wrong_field("inputs.source_sentence", "must be a string");
  const Body& sentences = texts.needed("sentences");
  if (!sentences.is_array()) throw wrong_field("inputs.sentences", "must be a list of strings");
  EmbeddedInputs asked{.inputs = {{source.get<std::string>(), {}, "inputs.source_sentence"}}};
  for (EmbeddedInput& input : read_texts_of(sentences, "inputs.sentences")) asked.inputs.push_back(std::move(input));
  if (const Body* const parameters = fields.find("parameters")) {
    if (!parameters->is_object()) throw wrong_field("parameters", "must be an object");
    const Fields options(*parameters, "parameters", {"truncate", "prompt_name"});
    asked.truncates = options.flag("truncate").value_or(true);
    asked.prompt_name = options.text("prompt_name").value_or("");
  }
  return vector_job(model, request, std::move(answer), asked, {.normalizes = true},
                    [](const std::vector<std::vector<float>>& vectors, size_t) {
                      Json list = Json::array();
                      for (size_t i = 1; i < vectors.size(); ++i) {
                        double cosine = 0;
                        for (size_t k = 0; k < vectors[i].size(); ++k) {
                          cosine += static_cast<double>(vectors[0][k]) * static_cast<double>(vectors[i][k]);
                        }
                        list.push_back(shortest_double(static_cast<float>(cosine)));
                      }
                      return list;
                    });
}

http::Route openai_route() {
  return vector_route("/v1/embeddings", "the vectors of texts, in the form of OpenAI's clients", kOpenAiRequest,
                      kOpenAiResponse);
}

http::Route embed_route() {
  return vector_route("/embed", "the vectors of texts, in the form of Text Embeddings Inference", kEmbedRequest,
                      kEmbedResponse);
}

http::Route similarity_route() {
  return vector_route("/similarity", "the similarity of sentences to one, in the form of Text Embeddings Inference",
                      kSimilarityRequest, kSimilarityResponse);
}

}  // namespace hone::serve
