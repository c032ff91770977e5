// hone generate: continues prompts.
#include <nlohmann/json.hpp>

#include <chrono>
#include <deque>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/generate_options.h"
#include "cli/library.h"
#include "generate/answer_text.h"
#include "generate/beam_search.h"
#include "generate/causal_model.h"
#include "generate/speed.h"

namespace hone::cli {

namespace {

struct Answer {
  std::string text;
  std::vector<int32_t> ids;
  std::string finish_reason, stop_string;
};

void print_answer(const GenerateOptions& options, const std::string& prompt, const Answer& answer) {
  if (!options.json) return print(answer.text + "\n");
  Json json = {
      {"prompt", prompt}, {"text", answer.text}, {"token_ids", answer.ids}, {"finish_reason", answer.finish_reason}};
  if (!answer.stop_string.empty()) json["stop_string"] = answer.stop_string;
  print(json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

generate::AnswerText answer_text(const generate::CausalModel& model, const GenerateOptions& options) {
  return {
      model.tokenizer,
      {.stop_strings = options.generation.stop_strings, .include_stop_string = options.generation.include_stop_string}};
}

// Answers in the order of the prompts, each as soon as it and those before it are whole; a single one while it grows.
class Answers {
 public:
  Answers(const generate::CausalModel& model, const GenerateOptions& options, std::vector<std::string> prompts)
      : model_(model), options_(options), prompts_(std::move(prompts)) {}

  void run() {
    const auto num_samples = static_cast<size_t>(options_.generation.num_return_sequences);
    generate::Generation generation(model_.language_model(), model_.kv_shape(), options_.max_batch_tokens);
    streams_ = prompts_.size() * num_samples == 1 && !options_.json;
    const auto form = generate::make_form(options_.form, model_.tokenizer);
    for (size_t i = 0; i < prompts_.size() * num_samples; ++i) {
      generate::Request request = generate::request_of(options_.generation, model_.generation, model_.tokenizer,
                                                       model_.prompt_ids(prompts_[i / num_samples]));
      request.row = i;
      request.form = form;
      generation.add(i, std::move(request));
      open_.push_back({answer_text(model_, options_), {}, false});
    }
    const InterruptGuard guard;
    while (!generation.is_idle() && pending_interrupt() == 0) {
      for (const generate::Generated& generated : speed_.step(generation)) take(generation, generated);
      print_whole(num_samples);
    }
    if (streams_) print("\n");
  }

  const generate::Speed& speed() const { return speed_; }

 private:
  struct Open {
    generate::AnswerText text;
    Answer answer;
    bool is_whole = false;
  };

  void add_text(Answer& answer, const std::string& more) const {
    answer.text += more;
    if (!streams_ || more.empty()) return;
    print(more);
    std::fflush(stdout);
  }

  void take(generate::Generation& generation, const generate::Generated& generated) {
    Open& open = open_[generated.id - num_printed_];
    open.answer.ids.push_back(generated.token);
    if (!generated.is_stop || !options_.form.is_given()) add_text(open.answer, open.text.put(generated.token));
    open.is_whole = generated.finished.has_value() || open.text.is_stopped();
    if (!open.is_whole) return;
    if (!generated.finished) generation.stop(generated.id);
    add_text(open.answer, open.text.finish());
    open.answer.stop_string = open.text.stop_string();
    const auto reason = open.text.is_stopped() ? generate::FinishReason::kStop : *generated.finished;
    open.answer.finish_reason = generate::finish_reason_name(reason);
  }

  void print_whole(size_t num_samples) {
    for (; !open_.empty() && open_.front().is_whole; open_.pop_front()) {
      if (!streams_) print_answer(options_, prompts_[num_printed_ / num_samples], open_.front().answer);
      ++num_printed_;
    }
  }

  const generate::CausalModel& model_;
  const GenerateOptions& options_;
  std::vector<std::string> prompts_;
  std::deque<Open> open_;  // those that are not printed, in their order
  size_t num_printed_ = 0;
  bool streams_ = false;
  generate::Speed speed_;
};

void search_beams(const generate::CausalModel& model, const GenerateOptions& options,
                  const std::vector<std::string>& prompts) {
  const generate::LanguageModel language_model = model.language_model();
  for (size_t i = 0; i < prompts.size(); ++i) {
    generate::Request request =
        generate::request_of(options.generation, model.generation, model.tokenizer, model.prompt_ids(prompts[i]));
    request.row = i;
    for (const generate::BeamResult& beam : generate::beam_search(
             language_model, model.kv_shape(), options.max_batch_tokens, request, beams_of(options.generation))) {
      generate::AnswerText text = answer_text(model, options);
      Answer answer{{}, beam.ids, std::string(generate::finish_reason_name(beam.finished)), {}};
      for (const int32_t id : beam.ids) answer.text += text.put(id);
      answer.text += text.finish();
      answer.stop_string = text.stop_string();
      print_answer(options, prompts[i], answer);
    }
  }
}

void check(const GenerateOptions& given) {
  const generate::GenerationOptions& options = given.generation;
  if (options.num_beams > 1 && given.form.is_given()) {
    throw Error(ErrorKind::kUnsupported, "a beam search for an answer of a given form",
                "leave --num-beams or the form out");
  }
  if (options.num_beams > 1 && !options.stop_strings.empty()) {
    throw Error(ErrorKind::kUnsupported, "a beam search does not end at stop strings",
                "leave --stop-strings or --num-beams out");
  }
  if (options.num_return_sequences > 1 && options.num_beams == 1 && !options.do_sample) {
    throw Error(ErrorKind::kUsage,
                fmt::format("--num-return-sequences {} would give equal answers", options.num_return_sequences),
                "add --do-sample or --num-beams");
  }
}

void report(const generate::Speed& speed, double load_seconds, const GenerateOptions& options) {
  log_info("{}", speed.line());
  if (options.timings.empty()) return;
  Json json = speed.json();
  json["load_seconds"] = load_seconds;
  write_json(options.timings, json);
}

}  // namespace

int run_generate(const options::Parsed<GenerateOptions>& parsed) {
  GenerateOptions options = parsed.options;
  std::vector<std::string> prompts = prompts_of(options.input);
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const auto begin = std::chrono::steady_clock::now();
  const generate::CausalModel model =
      generate::load_causal_model({options.model_name_or_path, options.base_model}, compute, options.weights);
  const double load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  generate::apply_generation_config(model.generation, parsed.provenance, options.generation);
  check(options);
  if (options.generation.num_beams > 1) {
    search_beams(model, options, prompts);
  } else {
    Answers answers(model, options, std::move(prompts));
    answers.run();
    report(answers.speed(), load_seconds, options);
  }
  return pending_interrupt() == 0 ? 0 : 128 + pending_interrupt();
}

}  // namespace hone::cli
