// hone generate: continues prompts.
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <deque>
#include <iterator>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/json.h"
#include "base/log.h"
#include "cli/generate_options.h"
#include "cli/library.h"
#include "generate/answer.h"
#include "generate/beam_search.h"
#include "generate/causal_model.h"
#include "generate/chat_format.h"
#include "generate/speed.h"

namespace hone::cli {

namespace {

using generate::Answer;

void print_answer(const GenerateOptions& options, const std::string& prompt, const Answer& answer) {
  if (!options.json) return print(answer.text + "\n");
  print(answer_json(prompt, answer).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
}

// A model, and how it reads a prompt: as it is, or as the message of a user.
struct PromptedModel {
  generate::CausalModel model;
  std::optional<generate::ChatFormat> format = {};

  generate::Request request(const GenerateOptions& options, const std::string& prompt, size_t row) const {
    generate::Request request =
        generate::request_of(options.generation, model.generation, model.tokenizer,
                             format ? format->prompt_ids(generate::chat_of(prompt)) : model.prompt_ids(prompt));
    if (model.has_encoder()) generate::read_prompt_by_encoder(model, request);
    request.row = row;
    return request;
  }

  // The tokens that end a turn have no text, also if they are not marked as special; nor has what ends an answer of a
  // given form.
  std::vector<int32_t> silent_ids(bool has_form) const {
    std::vector<int32_t> ids = format ? generate::ids_of(format->turn_ends()) : std::vector<int32_t>();
    if (has_form) std::ranges::copy(generate::ids_of(model.generation.stop_ids), std::back_inserter(ids));
    return ids;
  }
};

// Answers in the order of the prompts, each as soon as it and those before it are whole; a single one while it grows.
class Answers {
 public:
  Answers(const PromptedModel& prompted, const GenerateOptions& options, std::vector<std::string> prompts)
      : prompted_(prompted), options_(options), prompts_(std::move(prompts)) {}

  void run() {
    const auto num_samples = static_cast<size_t>(options_.generation.num_return_sequences);
    const generate::CausalModel& model = prompted_.model;
    generate::Generation generation(model.language_model(), model.kv_shape(), options_.machine.max_batch_tokens);
    streams_ = prompts_.size() * num_samples == 1 && !options_.json;
    const auto form = generate::make_form(options_.form, model.tokenizer);
    const std::vector<int32_t> silent = prompted_.silent_ids(form != nullptr);
    for (size_t i = 0; i < prompts_.size() * num_samples; ++i) {
      generate::Request request = prompted_.request(options_, prompts_[i / num_samples], i);
      request.form = form;
      generation.add(i, std::move(request));
      open_.emplace_back(model.tokenizer, options_.generation, silent);
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
  void take(generate::Generation& generation, const generate::Generated& generated) {
    const std::string more = open_[generated.id - num_printed_].take(generation, generated);
    if (!streams_ || more.empty()) return;
    print(more);
    std::fflush(stdout);
  }

  void print_whole(size_t num_samples) {
    for (; !open_.empty() && open_.front().is_whole(); open_.pop_front()) {
      if (!streams_) print_answer(options_, prompts_[num_printed_ / num_samples], open_.front().answer());
      ++num_printed_;
    }
  }

  const PromptedModel& prompted_;
  const GenerateOptions& options_;
  std::vector<std::string> prompts_;
  std::deque<generate::GrowingAnswer> open_;  // those that are not printed, in their order
  size_t num_printed_ = 0;
  bool streams_ = false;
  generate::Speed speed_;
};

void search_beams(const PromptedModel& prompted, const GenerateOptions& options,
                  const std::vector<std::string>& prompts) {
  const generate::CausalModel& model = prompted.model;
  const generate::LanguageModel language_model = model.language_model();
  for (size_t i = 0; i < prompts.size(); ++i) {
    const generate::Request request = prompted.request(options, prompts[i], i);
    for (const generate::BeamResult& beam :
         generate::beam_search(language_model, model.kv_shape(), options.machine.max_batch_tokens, request,
                               beams_of(options.generation))) {
      print_answer(
          options, prompts[i],
          generate::answer_of(model.tokenizer, beam.ids, beam.finished, prompted.silent_ids(/*has_form=*/false)));
    }
  }
}

void check(const GenerateOptions& given) {
  const generate::GenerationOptions& options = given.generation;
  if (!given.apply_chat_template && (!given.chat_template.template_file.empty() || given.chat_template.allow_special)) {
    throw Error(ErrorKind::kUsage, "--template and --allow-special belong to --apply-chat-template",
                "add --apply-chat-template, or leave them out");
  }
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

PromptedModel load(const GenerateOptions& options, const tensor::Compute& compute) {
  const model::ModelFolder folder(options.model_name_or_path, options.base_model);
  if (!options.apply_chat_template) {
    return {generate::load_causal_model(folder, compute, options.machine.weights, generate::EncoderUse::kAllowed)};
  }
  // Before the weights, which take time.
  text::ChatTemplate chat_template = text::read_chat_template(options.chat_template.template_file, folder.tokenizer());
  PromptedModel prompted{generate::load_causal_model(folder, compute, options.machine.weights)};
  prompted.format.emplace(std::move(chat_template), prompted.model.tokenizer, options.chat_template.allow_special);
  generate::add_stop_ids(prompted.format->turn_ends(), prompted.model.generation);
  return prompted;
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
  const tensor::Compute compute = tensor::prepare_compute(options.machine.compute);
  const auto begin = std::chrono::steady_clock::now();
  const PromptedModel prompted = load(options, compute);
  const double load_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  generate::apply_generation_config(prompted.model.generation, parsed.provenance, options.generation);
  check(options);
  if (options.generation.num_beams > 1) {
    search_beams(prompted, options, prompts);
  } else {
    Answers answers(prompted, options, std::move(prompts));
    answers.run();
    report(answers.speed(), load_seconds, options);
  }
  return pending_interrupt() == 0 ? 0 : 128 + pending_interrupt();
}

}  // namespace hone::cli
