#include "compare/comparison.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "generate/answer_text.h"
#include "generate/causal_model.h"
#include "options/field_list.h"
#include "options/value.h"
#include "text/chat_template.h"

namespace hone::compare {

namespace {

namespace fs = std::filesystem;

// What is known of a side before its weights are read.
struct Outline {
  std::optional<text::ChatTemplate> chat_template;
  ChatMarkers markers;
};

Outline outline_of(const fs::path& folder, Side& side) {
  side.folder = folder;
  side.name = parse_model_name(model_name_of(folder));
  side.label = side.name.name;
  const fs::path tokenizer_folder = model::ModelFolder(folder).tokenizer();
  const auto sources = text::ChatTemplateSources::read(tokenizer_folder);
  Outline outline;
  if (sources.sources().empty()) return outline;
  outline.chat_template = sources.choose(false);
  outline.markers = markers_of(*outline.chat_template, text::Tokenizer::load(tokenizer_folder));
  side.template_file = outline.chat_template->name();
  return outline;
}

// The markers of both templates; those of ChatML if neither model has a template, or if no template has markers.
std::vector<std::string> all_markers(std::array<Outline, 2>& outlines) {
  std::vector<std::string> all;
  for (const Outline& outline : outlines) {
    for (const std::string& marker : outline.markers.all) {
      if (std::ranges::find(all, marker) == all.end()) all.push_back(marker);
    }
  }
  if (all.empty()) all = ChatMarkers::chat_ml().all;
  for (size_t i = 0; i < 2; ++i) {
    std::string& end = outlines[i].markers.end;
    if (end.empty()) end = outlines[1 - i].markers.end;
  }
  for (Outline& outline : outlines) {
    if (outline.markers.end.empty()) outline.markers.end = ChatMarkers::chat_ml().end;
  }
  return all;
}

// Returns "do_sample true, temperature 0.7, top_p 0.9, seed 42": the seed, and what is not the default.
std::string sampling_text(generate::GenerationOptions options) {
  generate::GenerationOptions defaults;
  const options::FieldList list = options::fields_of(options), default_list = options::fields_of(defaults);
  std::vector<std::string> parts;
  for (const options::Field& field : list.fields()) {
    const std::string value = options::value_text(field).value_or("");
    if (field.name != "seed" && value == options::value_text(*default_list.find(field.name)).value_or("")) continue;
    parts.push_back(fmt::format("{} {}", field.name, value));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

void check(const generate::GenerationOptions& options, const Side& side) {
  if (options.num_beams == 1 && options.num_return_sequences == 1) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("{}: hone compare makes one answer to a prompt, without a beam search; num_beams is {}, "
                          "num_return_sequences is {}",
                          side.label, options.num_beams, options.num_return_sequences),
              "add --num-beams 1 --num-return-sequences 1; hone generate searches with beams");
}

std::vector<int32_t> prompt_ids(const generate::CausalModel& model, const Side& side, const Outline& outline,
                                const std::string& prompt) {
  if (!side.uses_template) return model.prompt_ids(prompt);
  const Json message = {{"role", "user"}, {"content", prompt}};
  const text::Rendering rendering = outline.chat_template->render(
      {{"messages", Json::array({message})}, {"add_generation_prompt", true}}, model.tokenizer.special_tokens());
  return text::encode_chat(model.tokenizer, rendering).ids;
}

// Generates the answers of one side to all prompts.
class SideRun {
 public:
  SideRun(const generate::CausalModel& model, const generate::GenerationOptions& options, int64_t max_batch_tokens)
      : model_(model), options_(options), generation_(model.language_model(), model.kv_shape(), max_batch_tokens) {}

  void add(std::vector<int32_t> prompt) {
    Answer& answer = answers_.emplace_back();
    answer.num_prompt_tokens = static_cast<int64_t>(prompt.size());
    generate::Request request = generate::request_of(options_, model_.generation, model_.tokenizer, std::move(prompt));
    request.row = answers_.size() - 1;
    request.wants_stop_probability = true;
    generation_.add(request.row, std::move(request));
    texts_.emplace_back(model_.tokenizer,
                        generate::AnswerText::Options{.stop_strings = options_.stop_strings,
                                                      .include_stop_string = options_.include_stop_string});
  }

  std::vector<Answer> run(const std::string& label) {
    const auto limit = static_cast<uint64_t>(options_.max_new_tokens);
    Progress progress(label, "token", limit * answers_.size());
    const InterruptGuard guard;
    while (!generation_.is_idle() && pending_interrupt() == 0) {
      for (const generate::Generated& generated : generation_.step()) {
        const bool is_whole = take(generated);
        // The steps that an answer did not need count as done.
        progress.advance(is_whole ? limit - std::min<uint64_t>(limit, answers_[generated.id].steps.size()) + 1 : 1);
      }
    }
    progress.finish();
    return std::move(answers_);
  }

 private:
  bool take(const generate::Generated& generated) {
    Answer& answer = answers_[generated.id];
    generate::AnswerText& text = texts_[generated.id];
    answer.steps.push_back(
        {generated.token, text.put(generated.token), generated.stop_probability, generated.other_probability});
    if (!generated.finished && !text.is_stopped()) return false;
    if (!generated.finished) generation_.stop(generated.id);
    answer.rest = text.finish();
    answer.stop_string = text.stop_string();
    answer.finished = text.is_stopped() ? generate::FinishReason::kStop : *generated.finished;
    return true;
  }

  const generate::CausalModel& model_;
  const generate::GenerationOptions& options_;
  generate::Generation generation_;
  std::vector<Answer> answers_;
  std::vector<generate::AnswerText> texts_;
};

void run_side(const Outline& outline, const std::vector<std::string>& markers, const std::vector<std::string>& prompts,
              const Settings& settings, Side& side) {
  log_info("loading {}", side.folder.string());
  const generate::CausalModel model = generate::load_causal_model(side.folder, settings.compute, settings.weights);
  generate::GenerationOptions options = settings.generation;
  generate::apply_generation_config(model.generation, settings.provenance, options);
  check(options, side);
  side.sampling = sampling_text(options);
  side.uses_template = settings.applies_template && outline.chat_template.has_value();
  for (const generate::StopId& stop : model.generation.stop_ids) {
    side.stop_ids.push_back(
        {stop.id, model.tokenizer.has_token(stop.id) ? std::string(model.tokenizer.token(stop.id)) : "", stop.origin});
  }
  side.markers = marker_states(markers, model.tokenizer, model.model->word_embedding());
  const auto end = std::ranges::find(side.markers, outline.markers.end, &MarkerState::marker);
  if (end != side.markers.end()) side.end_marker = end->id;
  SideRun run(model, options, settings.max_batch_tokens);
  for (const std::string& prompt : prompts) run.add(prompt_ids(model, side, outline, prompt));
  side.answers = run.run(side.label);
}

std::string stops_text(const Side& side) {
  std::vector<std::string> texts;
  for (const StopToken& stop : side.stop_ids)
    texts.push_back(stop.token.empty() ? std::to_string(stop.id) : stop.token);
  return fmt::format("{}", fmt::join(texts, ", "));
}

// The ending of most answers that did not stop.
std::optional<Ending> usual_ending(const Side& side) {
  std::map<Ending, size_t> counts;
  for (size_t i = 0; i < side.answers.size(); ++i) {
    if (const Ending ending = side.ending(i); !is_stopped(ending)) ++counts[ending];
  }
  const auto most = std::ranges::max_element(counts, {}, [](const auto& count) { return count.second; });
  return most == counts.end() ? std::nullopt : std::optional(most->first);
}

size_t num_stopped(const Side& side) {
  size_t count = 0;
  for (size_t i = 0; i < side.answers.size(); ++i) count += is_stopped(side.ending(i)) ? 1 : 0;
  return count;
}

// The sentences of a language. Of verdicts: the model's label, what it does, why. Of summaries: the model's label, the
// number of answers that stopped, that of all, why most of the others did not.
struct Sentences {
  std::string_view stops, goes_on, clause, contrast, likeness, ended, ended_mostly, summary;
};
constexpr std::array kSentences{
#include "compare/sentences.inc"
};

const Sentences& sentences_of(Language language) { return kSentences[static_cast<size_t>(language)]; }

template <typename... Values>
std::string filled(std::string_view sentence, const Values&... values) {
  return fmt::format(fmt::runtime(sentence), values...);
}

std::string side_summary(const Side& side, Language language) {
  const Sentences& say = sentences_of(language);
  const size_t stopped = num_stopped(side), all = side.answers.size();
  const auto ending = usual_ending(side);
  if (!ending) return filled(say.ended, side.label, stopped, all);
  return filled(say.ended_mostly, side.label, stopped, all, general_reason(*ending, language));
}

std::string side_verdict(const Side& side, size_t prompt, Language language) {
  const Sentences& say = sentences_of(language);
  const std::string what =
      is_stopped(side.ending(prompt)) ? std::string(say.stops) : filled(say.goes_on, side.answers[prompt].steps.size());
  return filled(say.clause, side.label, what, side.reason(prompt, language));
}

Json model_json(const Side& side) {
  Json stops = Json::array(), markers = Json::array();
  for (const StopToken& stop : side.stop_ids) {
    stops.push_back({{"id", stop.id}, {"token", stop.token}, {"origin", stop.origin}});
  }
  for (const MarkerState& state : side.markers) markers.push_back(to_json(state));
  return {{"folder", side.folder.string()},
          {"label", side.label},
          {"name", to_json(side.name)},
          {"name_explained", explanation(side.name)},
          {"chat_template", side.template_file.empty() ? Json() : Json(side.template_file)},
          {"chat_template_applied", side.uses_template},
          {"sampling", side.sampling},
          {"stop_ids", stops},
          {"end_marker", side.end_marker ? Json(*side.end_marker) : Json()},
          {"markers", markers}};
}

}  // namespace

std::vector<int32_t> Side::stops() const {
  std::vector<int32_t> ids;
  for (const StopToken& stop : stop_ids) ids.push_back(stop.id);
  return ids;
}

Ending Side::ending(size_t prompt) const { return ending_of(answers[prompt], stops(), end_marker); }

std::string Side::reason(size_t prompt, Language language) const {
  const Answer& answer = answers[prompt];
  const Ending end = ending(prompt);
  ReasonFacts facts{.stops = stops_text(*this), .has_template = !template_file.empty(), .uses_template = uses_template};
  if (end == Ending::kStopString) facts.token = answer.stop_string;
  if (end == Ending::kStopId) {
    const auto stop = std::ranges::find(stop_ids, answer.steps.back().token, &StopToken::id);
    if (stop != stop_ids.end()) std::tie(facts.token, facts.origin) = std::tie(stop->token, stop->origin);
  }
  if (end == Ending::kOtherMarker) {
    facts.token = std::ranges::find(markers, end_marker, &MarkerState::id)->marker;
    facts.marker_step = answer.first_step(end_marker);
  }
  return compare::reason(answer, end, facts, language);
}

std::string Comparison::verdict(size_t prompt, Language language) const {
  const bool is_contrast = is_stopped(sides[0].ending(prompt)) != is_stopped(sides[1].ending(prompt));
  const Sentences& say = sentences_of(language);
  return filled(is_contrast ? say.contrast : say.likeness, side_verdict(sides[0], prompt, language),
                side_verdict(sides[1], prompt, language));
}

std::string Comparison::summary(Language language) const {
  return filled(sentences_of(language).summary, side_summary(sides[0], language), side_summary(sides[1], language));
}

Comparison compare(const std::array<fs::path, 2>& folders, const std::vector<std::string>& prompts,
                   const Settings& settings) {
  Comparison comparison{.prompts = prompts, .sides = {}};
  std::array<Outline, 2> outlines;
  for (size_t i = 0; i < 2; ++i) outlines[i] = outline_of(folders[i], comparison.sides[i]);
  if (comparison.sides[0].label == comparison.sides[1].label) {
    comparison.sides[0].label += " (first)";
    comparison.sides[1].label += " (second)";
  }
  const std::vector<std::string> markers = all_markers(outlines);
  for (size_t i = 0; i < 2 && pending_interrupt() == 0; ++i) {
    run_side(outlines[i], markers, prompts, settings, comparison.sides[i]);
  }
  return comparison;
}

Json to_json(const Comparison& comparison) {
  Json models = Json::array(), prompts = Json::array();
  for (const Side& side : comparison.sides) models.push_back(model_json(side));
  for (size_t i = 0; i < comparison.prompts.size(); ++i) {
    Json answers = Json::array();
    for (const Side& side : comparison.sides) answers.push_back(to_json(side.answers[i], side.ending(i)));
    prompts.push_back({{"prompt", comparison.prompts[i]},
                       {"answers", answers},
                       {"verdict", comparison.verdict(i, Language::kEnglish)},
                       {"verdict_zh", comparison.verdict(i, Language::kChinese)}});
  }
  return {{"models", models},
          {"prompts", prompts},
          {"summary", comparison.summary(Language::kEnglish)},
          {"summary_zh", comparison.summary(Language::kChinese)}};
}

}  // namespace hone::compare
