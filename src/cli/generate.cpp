// hone generate: continues prompts.
#include <nlohmann/json.hpp>

#include <deque>
#include <fstream>
#include <iostream>
#include <map>

#include "base/counted.h"
#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/output_path.h"
#include "cli/generate_options.h"
#include "cli/library.h"
#include "generate/answer_text.h"
#include "generate/beam_search.h"
#include "generate/causal_model.h"

namespace hone::cli {

namespace {

constexpr size_t kMaxPrompts = 1 << 20;

std::vector<std::string> lines_of(std::istream& in) {
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    if (line.empty()) continue;
    if (lines.size() == kMaxPrompts) throw Error(ErrorKind::kUsage, fmt::format("more than {} prompts", kMaxPrompts));
    lines.push_back(std::move(line));
  }
  return lines;
}

std::vector<std::string> prompts_of(const GenerateOptions& options) {
  if (options.prompt.has_value() == !options.prompts.empty()) {
    throw Error(ErrorKind::kUsage,
                options.prompt ? "--prompt and --prompts are both given" : "there is no prompt: --prompt or --prompts",
                "give one of them: --prompt \"Once upon a time\", or --prompts FILE with a prompt on each line");
  }
  if (options.prompt) return {*options.prompt};
  if (is_stream(options.prompts)) return lines_of(std::cin);
  std::ifstream file(options.prompts, std::ios::binary);
  if (!file) throw Error(ErrorKind::kIo, fmt::format("cannot read {}", options.prompts.string()));
  return lines_of(file);
}

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
    for (size_t i = 0; i < prompts_.size() * num_samples; ++i) {
      generate::Request request = generate::request_of(options_.generation, model_.generation, model_.tokenizer,
                                                       model_.prompt_ids(prompts_[i / num_samples]));
      request.row = i;
      generation.add(i, std::move(request));
      open_.push_back({answer_text(model_, options_), {}, false});
    }
    const InterruptGuard guard;
    while (!generation.is_idle() && pending_interrupt() == 0) {
      for (const generate::Generated& generated : generation.step()) take(generation, generated);
      print_whole(num_samples);
    }
    if (streams_) print("\n");
  }

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
    add_text(open.answer, open.text.put(generated.token));
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

}  // namespace

int run_generate(const options::Parsed<GenerateOptions>& parsed) {
  GenerateOptions options = parsed.options;
  std::vector<std::string> prompts = prompts_of(options);
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const generate::CausalModel model =
      generate::load_causal_model({options.model_name_or_path, options.base_model}, compute);
  generate::apply_generation_config(model.generation, parsed.provenance, options.generation);
  if (options.generation.num_beams > 1) {
    search_beams(model, options, prompts);
  } else {
    Answers(model, options, std::move(prompts)).run();
  }
  return pending_interrupt() == 0 ? 0 : 128 + pending_interrupt();
}

}  // namespace hone::cli
