// Converts requests to jobs of token ids, and logits to responses. Callbacks of jobs run on the model's thread and must
// not throw.
#include "serve/service.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "base/log.h"
#include "base/names.h"
#include "base/utf8.h"
#include "eval/prediction.h"
#include "serve/explain.h"
#include "serve/requests.h"
#include "serve/scores.h"
#include "serve/tokens.h"
#include "tensor/compute.h"
#include "text/unknown_tokens.h"

namespace hone::serve {

namespace {

constexpr size_t kExplainTokens = 16384;  // of all variants of a text
constexpr int kRetrySeconds = 1;

using Model = std::shared_ptr<const ServedModel>;

// Responds with the result of `make`, or with the error that it throws.
void answer_with(const http::Responder& answer, const std::function<http::Response()>& make) {
  http::Response response;
  try {
    response = make();
  } catch (...) {
    response = response_of_current_error();
  }
  answer(std::move(response));
}

std::string place(size_t index) { return fmt::format("inputs[{}]", index); }

void check_tokens(const ServedModel& model, const text::Encoding& encoding, const std::string& field) {
  if (encoding.ids.empty()) {  // possible only without special tokens
    throw http::RequestError({.message = fmt::format("{} has no tokens", field), .field = field});
  }
  try {
    eval::check_embedded(model.classifier, encoding.ids, field);
  } catch (const Error& error) {
    throw http::RequestError({.message = error.what(), .field = field, .hint = error.hint()});
  }
}

text::Encoding encode(const Model& model, const PredictRequest& request, size_t index) {
  const Input& input = request.inputs[index];
  text::EncodeOptions options;
  options.max_length = std::min(model->classifier.max_length, request.max_length.value_or(text::kNoLimit));
  options.truncation = request.truncation;
  options.truncation_side = request.truncation_side;
  options.add_special_tokens = request.add_special_tokens;
  const text::Tokenizer& tokenizer = model->classifier.tokenizer;
  text::Encoding encoding =
      input.pair ? tokenizer.encode_pair(input.text, *input.pair, options) : tokenizer.encode(input.text, options);
  if (encoding.num_cut > 0 && !request.truncate) {
    throw http::RequestError({.status = 413,
                              .message = fmt::format("{} has {} tokens, the model reads {}", place(index),
                                                     encoding.ids.size() + encoding.num_cut, options.max_length),
                              .field = place(index),
                              .hint = "shorten it, or allow truncation (truncate, truncation)"});
  }
  check_tokens(*model, encoding, place(index));
  return encoding;
}

// Notes for the client about its inputs, sent as headers of the response.
struct RowNotes {
  std::string truncated;  // "0,3": indices of truncated inputs
  std::string unknown;    // "0=13/20": unknown tokens of all tokens, for inputs with many
  std::string ignored;    // fields of the request without effect

  void add(size_t row, const text::Encoding& encoding, const text::UnknownTokens& count) {
    if (encoding.num_cut > 0) append(truncated, fmt::format("{}", row));
    if (count.are_many()) append(unknown, fmt::format("{}={}/{}", row, count.unknown, count.total));
  }
  void add_to(http::Response& response) const {
    const std::pair<const char*, const std::string&> headers[] = {
        {kTruncatedHeader, truncated}, {kUnknownHeader, unknown}, {kIgnoredHeader, ignored}};
    for (const auto& [name, value] : headers) {
      if (!value.empty()) response.headers.emplace_back(name, value);
    }
  }
  static void append(std::string& list, const std::string& item) { list += (list.empty() ? "" : ",") + item; }
};

text::UnknownTokens unknown_tokens(const ServedModel& model, const text::Encoding& encoding, bool is_pair,
                                   bool has_special = true) {
  const text::Tokenizer& tokenizer = model.classifier.tokenizer;
  return text::count_unknown_tokens(tokenizer, encoding.ids, has_special ? tokenizer.num_special_tokens(is_pair) : 0);
}

// Returns the indices of the inputs whose best labels have nearly equal scores: "0,3".
std::string near_ties_of(const std::vector<float>& scores, size_t num_labels, std::string_view function) {
  std::string list;
  for (size_t row = 0; row * num_labels < scores.size(); ++row) {
    const auto of_row = std::span(scores).subspan(row * num_labels, num_labels);
    if (!eval::near_ties(of_row, function).empty()) RowNotes::append(list, fmt::format("{}", row));
  }
  return list;
}

// Returns the requested label, or the one with the highest score.
size_t chosen_label(const ServedModel& model, const std::string& asked, const std::vector<float>& scores) {
  const std::vector<std::string>& labels = model.classifier.labels;
  if (asked.empty()) {
    const auto end = scores.begin() + static_cast<std::ptrdiff_t>(labels.size());
    return static_cast<size_t>(std::max_element(scores.begin(), end) - scores.begin());
  }
  return static_cast<size_t>(std::find(labels.begin(), labels.end(), asked) - labels.begin());
}

void check_label(const ServedModel& model, const std::string& label) {
  const std::vector<std::string>& labels = model.classifier.labels;
  if (label.empty() || std::find(labels.begin(), labels.end(), label) != labels.end()) return;
  const Error error = unknown_name(ErrorKind::kUsage, "label", shortened(label, 64), labels);
  throw http::RequestError({.message = error.what(), .field = "parameters.label", .hint = error.hint()});
}

http::RequestError queue_is_full(size_t num_waiting) {
  return http::RequestError({.status = 429,
                             .message = fmt::format("{} requests are waiting already", num_waiting),
                             .hint = "try again after the seconds in the header Retry-After",
                             .retry_after_seconds = kRetrySeconds});
}

std::string told(const Error& error) {
  return error.hint().empty() ? error.what() : fmt::format("{} ({})", error.what(), error.hint());
}

bool folder_exists(const std::filesystem::path& folder) {
  std::error_code error;
  return std::filesystem::is_directory(folder, error);
}

Json examples_json(const std::vector<task::Sample>& samples) {
  Json list = Json::array();
  for (const task::Sample& sample : samples) {
    list.push_back({{"text", sample.text},
                    {"text_pair", sample.text_pair ? Json(*sample.text_pair) : Json()},
                    {"label", sample.label}});
  }
  return list;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

http::Response response_of_current_error() {
  try {
    throw;
  } catch (const Error& error) {
    http::Response response = http::error_response(error);
    if (response.status == 500) log_error("a request failed: {}", error.what());
    return response;
  } catch (const std::exception& error) {
    log_error("a request failed: {}", error.what());
  } catch (...) {
    log_error("a request failed with an exception of unknown type");
  }
  return http::error_response({.status = 500, .message = "internal error", .hint = kLogSaysMore});
}

Service::Service(ServiceOptions options, http::Metrics& metrics)
    : options_(std::move(options)), metrics_(metrics), queue_counters_(metrics) {}

Service::~Service() { stop(); }

void Service::start() {
  worker_ = std::make_unique<Worker>(options_.queue, metrics_, [this] { return load(); });
  preparer_ = std::make_unique<Preparer>(options_.queue.max_queue);
}

// Ignores errors, because load() reports them.
void Service::describe() {
  try {
    ModelDescription description = describe_model(options_.model.model_dir);
    const std::lock_guard lock(mutex_);
    now_.description = std::move(description);
  } catch (const Error&) {
    return;
  }
}

bool Service::is_loading() const { return now().state == State::kLoading; }

void Service::stop() {
  if (preparer_) preparer_->stop();
  if (worker_) worker_->stop();
}

Worker::Forward Service::load() {
  const auto start = std::chrono::steady_clock::now();
  Failure failure;
  describe();
  try {
    const auto model =
        std::make_shared<const ServedModel>(load_served_model(options_.model, options_.queue.max_batch_tokens));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    set_state(State::kReady, model, {});
    const ModelDescription& description = model->description;
    log_info("{} is ready after {:.1f} s: {}, labels {}, {}", description.name, seconds.count(), description.model_type,
             fmt::join(description.labels, ", "), tensor::describe(model->compute));
    return [model](const Worker::Rows& rows) { return logits_of(*model, rows); };
  } catch (const eval::UntrainedModel& error) {
    failure = {"untrained", told(error)};
  } catch (const Error& error) {
    failure = {folder_exists(options_.model.model_dir) ? "other" : "missing_folder", told(error)};
  } catch (const std::exception& error) {
    log_error("loading the model: {}", error.what());
    failure = {"other", fmt::format("internal error; {}", kLogSaysMore)};
  }
  log_error("the model could not be loaded: {}", failure.message);
  set_state(State::kFailed, nullptr, failure);
  return {};
}

Service::Now Service::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void Service::set_state(State state, Model model, const Failure& failure) {
  const std::lock_guard lock(mutex_);
  now_.state = state;
  now_.model = std::move(model);
  now_.failure = failure;
}

Model Service::ready_model() const {
  const Now current = now();
  if (current.state == State::kReady) return current.model;
  if (current.state == State::kFailed) {
    throw http::RequestError({.status = 503, .message = "the model could not be loaded: " + current.failure.message});
  }
  throw http::RequestError(
      {.status = 503,
       .message = "the model is still loading",
       .hint = "try again after the seconds in the header Retry-After; /health reports when the model is ready",
       .retry_after_seconds = kRetrySeconds});
}

void Service::submit(Job job) {
  if (!worker_->submit(job)) throw queue_is_full(options_.queue.max_queue);
}

void Service::prepare(http::Request request, http::Responder answer, Method method) {
  ready_model();  // throws at once if there is no model
  auto work = [this, request = std::move(request), answer = std::move(answer), method = std::move(method)] {
    const std::chrono::milliseconds max_wait = options_.queue.max_wait;
    if (request.client_gone.stop_requested()) return queue_counters_.abandoned.add();
    try {
      if (std::chrono::steady_clock::now() - request.arrived > max_wait) {
        queue_counters_.expired.add();
        throw waited_too_long(max_wait);
      }
      method(request, answer);
    } catch (...) {
      answer(response_of_current_error());
    }
  };
  if (!preparer_->submit(std::move(work))) throw queue_is_full(options_.queue.max_queue);
}

void Service::predict(const http::Request& request, http::Responder answer) {
  const Model model = ready_model();
  const PredictRequest asked = read_predict(request.body);
  Job job;
  RowNotes notes;
  for (const std::string& field : asked.ignored) RowNotes::append(notes.ignored, field);
  for (size_t i = 0; i < asked.inputs.size(); ++i) {
    job.rows.push_back(encode(model, asked, i));
    const bool is_pair = asked.inputs[i].pair.has_value();
    notes.add(i, job.rows.back(), unknown_tokens(*model, job.rows.back(), is_pair, asked.add_special_tokens));
  }
  const std::string function =
      asked.function_to_apply.empty() ? model->description.score_function : asked.function_to_apply;
  job.done = [model, function, top_k = asked.top_k, notes, answer = std::move(answer)](
                 std::vector<float> logits, const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      const std::vector<float> scores = checked_scores(function, std::move(logits), model->num_labels());
      http::Response response = http::json_response(scores_json(scores, model->classifier.labels, top_k));
      notes.add_to(response);
      const std::string near = near_ties_of(scores, model->num_labels(), function);
      if (!near.empty()) response.headers.emplace_back(kNearTiesHeader, near);
      return response;
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  submit(std::move(job));
}

void Service::explain(const http::Request& request, http::Responder answer) {
  const Model model = ready_model();
  ExplainRequest asked = read_explain(request.body);
  check_label(*model, asked.label);
  const auto variants = std::make_shared<Variants>(
      leave_words_out(model->classifier.tokenizer, asked.text, model->classifier.max_length, kExplainTokens));
  Job job;
  job.rows = std::move(variants->rows);
  for (const text::Encoding& row : job.rows) check_tokens(*model, row, "inputs");
  const text::UnknownTokens unknown = unknown_tokens(*model, job.rows.front(), false);
  RowNotes notes;
  notes.add(0, job.rows.front(), unknown);
  job.done = [model, variants, notes, unknown, num_rows = job.rows.size(), asked = std::move(asked),
              answer = std::move(answer)](std::vector<float> logits, const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      const std::vector<std::string>& labels = model->classifier.labels;
      const std::string& function = model->description.score_function;
      const auto scores = checked_scores(function, std::move(logits), labels.size(), num_rows);
      const size_t label = chosen_label(*model, asked.label, scores);
      Json json = explanation_json(asked.text, *variants, scores, labels, label);
      json["near_ties"] = Json::array();
      for (const size_t id : eval::near_ties(std::span(scores).first(labels.size()), function)) {
        json["near_ties"].push_back(labels[id]);
      }
      json["unknown_tokens"] = {{"unknown", unknown.unknown}, {"total", unknown.total}};
      http::Response response = http::json_response(json);
      notes.add_to(response);
      return response;
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  submit(std::move(job));
}

void Service::tokenize(const http::Request& request, const http::Responder& answer) const {
  const Model model = ready_model();
  const TokenizeRequest asked = read_tokenize(request.body);
  size_t left = kMaxListedTokens;
  Json lists = Json::array();
  for (const std::string& text : asked.texts) {
    lists.push_back(
        tokens_json(model->classifier.tokenizer, text, model->classifier.max_length, asked.add_special_tokens, left));
  }
  answer(http::json_response(lists));
}

http::Response Service::health(const http::Request&) const {
  const Now current = now();
  if (current.state == State::kReady) return http::json_response({{"status", "ready"}, {"message", ""}});
  const bool failed = current.state == State::kFailed;
  http::Response response =
      http::json_response({{"status", failed ? "failed" : "loading"},
                           {"message", failed ? current.failure.message : "the model is still loading"}},
                          503);
  if (!failed) response.headers.emplace_back("Retry-After", fmt::format("{}", kRetrySeconds));
  return response;
}

http::Response Service::info(const http::Request&) const { return http::json_response(info_json()); }

Json Service::info_json() const {
  const Now current = now();
  constexpr const char* kNames[] = {"loading", "ready", "failed"};
  const auto described = [&](auto value) { return current.description ? Json(value(*current.description)) : Json(); };
  const auto loaded = [&](auto value) { return current.model ? Json(value(*current.model)) : Json(); };
  return {
      {"state", kNames[static_cast<size_t>(current.state)]},
      {"model", options_.model.model_dir.string()},
      {"name", folder_name(options_.model.model_dir)},
      {"class_name", described([](const ModelDescription& d) { return text_or_null(d.class_name); })},
      {"model_type", described([](const ModelDescription& d) { return d.model_type; })},
      {"task", "text-classification"},
      {"labels", described([](const ModelDescription& d) { return d.labels; })},
      {"function_to_apply", described([](const ModelDescription& d) { return d.score_function; })},
      {"max_length", loaded([](const ServedModel& m) { return m.classifier.max_length; })},
      {"num_parameters", loaded([](const ServedModel& m) { return m.num_parameters; })},
      {"device", loaded([](const ServedModel& m) { return m.compute.device.str(); })},
      {"precision", loaded([](const ServedModel& m) { return tensor::precision_name(m.compute.dtype); })},
      {"hone_version", HONE_VERSION},
      {"limits",
       {{"max_inputs", kMaxInputs},
        {"max_body_bytes", options_.max_body_bytes},
        {"max_queue", options_.queue.max_queue},
        {"max_batch_tokens", options_.queue.max_batch_tokens},
        {"max_listed_tokens", kMaxListedTokens},
        {"max_explain_tokens", kExplainTokens}}},
      {"dataset", described([](const ModelDescription& d) { return text_or_null(d.dataset); })},
      {"examples", described([](const ModelDescription& d) { return examples_json(d.samples); })},
      {"error", text_or_null(current.failure.message)},
      {"error_kind", text_or_null(current.failure.kind)},
  };
}

}  // namespace hone::serve
