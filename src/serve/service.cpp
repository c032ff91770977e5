// Requests become jobs of token ids, logits become answers. An answer's callback runs on the model's thread and must
// not throw there.
#include "serve/service.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"
#include "base/names.h"
#include "base/utf8.h"
#include "serve/explain.h"
#include "serve/failure.h"
#include "serve/requests.h"
#include "serve/scores.h"
#include "serve/tokens.h"

namespace hone::serve {

namespace {

constexpr size_t kExplainTokens = 16384;  // of all variants of a text
constexpr int kRetrySeconds = 1;

using Model = std::shared_ptr<const ServedModel>;

// Hands over what `make` returns, or what it throws.
void answer_with(const http::Answer& answer, const std::function<http::Response()>& make) {
  http::Response response;
  try {
    response = make();
  } catch (...) {
    response = response_of_current_error();
  }
  answer(std::move(response));
}

text::Encoding encode(const Model& model, const PredictRequest& request, size_t index) {
  const Input& input = request.inputs[index];
  text::EncodeOptions options;
  options.max_length = model->classifier.max_length;
  options.truncation_side = request.truncation_side;
  const text::Tokenizer& tokenizer = model->classifier.tokenizer;
  text::Encoding encoding =
      input.pair ? tokenizer.encode_pair(input.text, *input.pair, options) : tokenizer.encode(input.text, options);
  if (encoding.num_cut > 0 && !request.truncate) {
    throw http::RequestError({.status = 413,
                              .message = fmt::format("inputs[{}] has {} tokens, the model reads {}", index,
                                                     encoding.ids.size() + encoding.num_cut, options.max_length),
                              .field = fmt::format("inputs[{}]", index),
                              .hint = "shorten it, or leave truncate out: it is cut then"});
  }
  return encoding;
}

// "0,3": which rows were cut.
std::string cut_rows(const std::vector<text::Encoding>& rows) {
  std::string list;
  for (size_t row = 0; row < rows.size(); ++row) {
    if (rows[row].num_cut > 0) list += fmt::format("{}{}", list.empty() ? "" : ",", row);
  }
  return list;
}

http::Response with_cut_rows(http::Response response, const std::string& cut) {
  if (!cut.empty()) response.headers.emplace_back("X-Hone-Truncated", cut);
  return response;
}

// The label asked for, or the one of the highest score.
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
                             .message = fmt::format("{} requests wait already", num_waiting),
                             .hint = "try again after the seconds of the header Retry-After",
                             .retry_after_seconds = kRetrySeconds});
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

}  // namespace

Service::Service(ServiceOptions options, http::Metrics& metrics)
    : options_(std::move(options)), metrics_(metrics), queue_metrics_(metrics) {}

Service::~Service() { stop(); }

void Service::start() {
  worker_ = std::make_unique<Worker>(options_.queue, metrics_, [this] { return load(); });
  preparer_ = std::make_unique<Preparer>(options_.queue.max_queue);
}

// What is wrong with the folder is told by load().
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
  std::string failure;
  describe();
  try {
    const auto model =
        std::make_shared<const ServedModel>(load_served_model(options_.model, options_.queue.max_batch_tokens));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    set_state(State::kReady, model, "");
    const ModelDescription& description = model->description;
    log_info("{} is ready after {:.1f} s: {}, labels {}, {}", description.name, seconds.count(), description.model_type,
             fmt::join(description.labels, ", "), tensor::describe(model->compute));
    return [model](const Worker::Rows& rows) { return logits_of(*model, rows); };
  } catch (const Error& error) {
    failure = error.hint().empty() ? error.what() : fmt::format("{} ({})", error.what(), error.hint());
  } catch (const std::exception& error) {
    log_error("loading the model: {}", error.what());
    failure = fmt::format("internal error; {}", kLogSaysMore);
  }
  log_error("the model could not be loaded: {}", failure);
  set_state(State::kFailed, nullptr, failure);
  return {};
}

Service::Now Service::now() const {
  const std::lock_guard lock(mutex_);
  return now_;
}

void Service::set_state(State state, Model model, const std::string& error) {
  const std::lock_guard lock(mutex_);
  now_.state = state;
  now_.model = std::move(model);
  now_.error = error;
}

Model Service::ready_model() const {
  const Now current = now();
  if (current.state == State::kReady) return current.model;
  if (current.state == State::kFailed) {
    throw http::RequestError({.status = 503, .message = "the model could not be loaded: " + current.error});
  }
  throw http::RequestError({.status = 503,
                            .message = "the model is still loading",
                            .hint = "try again after the seconds of the header Retry-After; /health says when",
                            .retry_after_seconds = kRetrySeconds});
}

void Service::submit(Job job) {
  for (const text::Encoding& row : job.rows) {  // only a tokenizer without special tokens gives one
    if (row.ids.empty()) throw http::RequestError({.message = "a text has no tokens", .field = "inputs"});
  }
  if (!worker_->submit(job)) throw queue_is_full(options_.queue.max_queue);
}

void Service::prepare(http::Request request, http::Answer answer, Method method) {
  ready_model();  // what can be told at once
  auto work = [this, request = std::move(request), answer = std::move(answer), method = std::move(method)] {
    const std::chrono::milliseconds max_wait = options_.queue.max_wait;
    if (request.client_gone.stop_requested()) return queue_metrics_.abandoned.add();
    try {
      if (std::chrono::steady_clock::now() - request.arrived > max_wait) {
        queue_metrics_.expired.add();
        throw waited_too_long(max_wait);
      }
      method(request, answer);
    } catch (...) {
      answer(response_of_current_error());
    }
  };
  if (!preparer_->submit(std::move(work))) throw queue_is_full(options_.queue.max_queue);
}

void Service::predict(const http::Request& request, http::Answer answer) {
  const Model model = ready_model();
  const PredictRequest asked = read_predict(request.body);
  Job job;
  for (size_t i = 0; i < asked.inputs.size(); ++i) job.rows.push_back(encode(model, asked, i));
  const std::string function =
      asked.function_to_apply.empty() ? model->description.score_function : asked.function_to_apply;
  job.done = [model, function, top_k = asked.top_k, cut = cut_rows(job.rows), answer = std::move(answer)](
                 std::vector<float> logits, const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      const std::vector<float> scores = apply_score_function(function, std::move(logits), model->num_labels());
      check_finite(scores, model->num_labels());
      return with_cut_rows(http::json_response(scores_json(scores, model->classifier.labels, top_k)), cut);
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  submit(std::move(job));
}

void Service::explain(const http::Request& request, http::Answer answer) {
  const Model model = ready_model();
  ExplainRequest asked = read_explain(request.body);
  check_label(*model, asked.label);
  const auto variants = std::make_shared<Variants>(
      leave_words_out(model->classifier.tokenizer, asked.text, model->classifier.max_length, kExplainTokens));
  Job job;
  job.rows = std::move(variants->rows);
  const std::string cut = job.rows.front().num_cut > 0 ? "0" : "";
  job.done = [model, variants, cut, asked = std::move(asked), answer = std::move(answer)](
                 std::vector<float> logits, const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      const auto scores =
          apply_score_function(model->description.score_function, std::move(logits), model->num_labels());
      check_finite(scores, scores.size());
      const size_t label = chosen_label(*model, asked.label, scores);
      const Json json = explanation_json(asked.text, *variants, scores, model->classifier.labels, label);
      return with_cut_rows(http::json_response(json), cut);
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  submit(std::move(job));
}

void Service::tokenize(const http::Request& request, const http::Answer& answer) const {
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
  http::Response response = http::json_response(
      {{"status", failed ? "failed" : "loading"}, {"message", failed ? current.error : "the model is still loading"}},
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
      {"precision", loaded([](const ServedModel& m) { return m.compute.dtype == at::kBFloat16 ? "bf16" : "fp32"; })},
      {"hone_version", HONE_VERSION},
      {"limits",
       {{"max_inputs", kMaxInputs},
        {"max_body_bytes", options_.max_body_bytes},
        {"max_queue", options_.queue.max_queue},
        {"max_batch_tokens", options_.queue.max_batch_tokens},
        {"max_listed_tokens", kMaxListedTokens},
        {"max_explain_tokens", kExplainTokens}}},
      {"error", text_or_null(current.error)},
  };
}

}  // namespace hone::serve
