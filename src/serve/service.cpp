// Callbacks of jobs run on the model's thread and must not throw.
#include "serve/service.h"

#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <span>
#include <utility>

#include "base/log.h"
#include "serve/embeddings.h"
#include "serve/errors.h"
#include "serve/explain.h"
#include "serve/predict.h"
#include "serve/requests.h"
#include "serve/tokens.h"

namespace hone::serve {

namespace {

using Model = std::shared_ptr<const ServedModel>;

http::RequestError queue_is_full(size_t num_waiting) {
  return http::RequestError({.status = 429,
                             .message = fmt::format("{} requests are waiting already", num_waiting),
                             .hint = kTryAgain,
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

// Without a readable config.json there is no description; loading reports why.
std::optional<ModelDescription> description_of(const model::ModelFolder& folder) {
  try {
    return describe_model(folder);
  } catch (const Error&) {
    return std::nullopt;
  }
}

}  // namespace

Service::Service(ServiceOptions options, http::Metrics& metrics)
    : options_(std::move(options)), metrics_(metrics), queue_counters_(metrics) {
  now_.description = description_of(options_.model.model_dir);
}

const task::TaskRow& Service::task() const {
  const std::optional<ModelDescription> description = now().description;
  return description ? *description->task : task::tasks().front();
}

Service::~Service() { stop(); }

void Service::start() {
  worker_ = std::make_unique<Worker>(options_.queue, metrics_, [this] { return load(); });
  preparer_ = std::make_unique<Preparer>(options_.queue.max_queue);
}

bool Service::is_loading() const { return now().state == State::kLoading; }

std::optional<Error> Service::wrong_options() const { return now().wrong_options; }

void Service::stop() {
  if (preparer_) preparer_->stop();
  if (worker_) worker_->stop();
}

Worker::Forward Service::load() {
  const auto start = std::chrono::steady_clock::now();
  Failure failure;
  try {
    const auto model =
        std::make_shared<const ServedModel>(load_served_model(options_.model, options_.queue.max_batch_tokens));
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    set_state(State::kReady, model, {});
    const ModelDescription& description = model->description;
    log_info("{} is ready after {:.1f} s: {}, {}, labels {}, {}", description.name, seconds.count(),
             description.model_type, description.task->name, fmt::join(model->trained.config.labels(), ", "),
             tensor::describe(model->compute));
    return [model](const Worker::Questions& questions) {
      return model->trained.task->outputs(*model->trained.model, questions);
    };
  } catch (const eval::UntrainedModel& error) {
    failure = {"untrained", told(error)};
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::kUsage) set_wrong_options(error);
    failure = {folder_exists(options_.model.model_dir.path) ? "other" : "missing_folder", told(error)};
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

void Service::set_wrong_options(const Error& error) {
  const std::lock_guard lock(mutex_);
  now_.wrong_options = error;
}

void Service::set_state(State state, Model model, const Failure& failure) {
  const std::lock_guard lock(mutex_);
  now_.state = state;
  now_.model = std::move(model);
  now_.failure = failure;
  if (now_.model) now_.description = now_.model->description;
}

Model Service::ready_model() const {
  const Now current = now();
  if (current.state == State::kReady) return current.model;
  if (current.state == State::kFailed) {
    throw http::RequestError({.status = 503, .message = "the model could not be loaded: " + current.failure.message});
  }
  throw http::RequestError({.status = 503,
                            .message = "the model is still loading",
                            .hint = fmt::format("{}; /health reports when the model is ready", kTryAgain),
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
  submit(predict_job(ready_model(), request, std::move(answer)));
}

void Service::explain(const http::Request& request, http::Responder answer) {
  submit(explain_job(ready_model(), request, std::move(answer)));
}

void Service::openai_embeddings(const http::Request& request, http::Responder answer) {
  submit(openai_job(ready_model(), request, std::move(answer)));
}

void Service::embed(const http::Request& request, http::Responder answer) {
  submit(embed_job(ready_model(), request, std::move(answer)));
}

void Service::similarity(const http::Request& request, http::Responder answer) {
  submit(similarity_job(ready_model(), request, std::move(answer)));
}

void Service::tokenize(const http::Request& request, const http::Responder& answer) const {
  const Model model = ready_model();
  const TokenizeRequest asked = read_tokenize(request.body);
  const task::Reading reading = model->trained.reading();
  size_t left = kMaxListedTokens;
  Json lists = Json::array();
  for (const std::string& text : asked.texts) {
    lists.push_back(tokens_json(model->trained.tokenizer, text, reading, asked.add_special_tokens, left));
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
  const auto fact = [&](const char* name) {
    return described([&](const ModelDescription& d) { return d.answer_facts.value(name, Json()); });
  };
  const auto loaded = [&](auto value) { return current.model ? Json(value(*current.model)) : Json(); };
  return {
      {"state", kNames[static_cast<size_t>(current.state)]},
      {"model", options_.model.model_dir.path.string()},
      {"name", folder_name(options_.model.model_dir.path)},
      {"class_name", described([](const ModelDescription& d) { return text_or_null(d.class_name); })},
      {"model_type", described([](const ModelDescription& d) { return d.model_type; })},
      {"task", described([](const ModelDescription& d) { return d.task->name; })},
      {"widget", described([](const ModelDescription& d) { return d.task->form.widget; })},
      {"labels", fact("labels")},
      {"thresholds", fact("thresholds")},
      {"ranges", fact("ranges")},
      {"function_to_apply", fact("function_to_apply")},
      {"explains", fact("explains")},
      {"max_length", loaded([](const ServedModel& m) { return m.trained.max_length; })},
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
