// Tokenizes each variant again, because truncated words may move into the range that the model reads.
#include "serve/explain.h"

#include <nlohmann/json.hpp>

#include <algorithm>

#include "serve/errors.h"
#include "serve/notes.h"
#include "serve/requests.h"
#include "serve/words.h"

namespace hone::serve {

namespace {

// Returns the bytes from the first to the last of these tokens.
text::Offset covered(const std::vector<text::Offset>& tokens, size_t begin, size_t end) {
  text::Offset range{UINT32_MAX, 0};
  for (size_t i = begin; i < end; ++i) {
    if (tokens[i] == text::Offset{}) continue;  // a special token
    range.begin = std::min(range.begin, tokens[i].begin);
    range.end = std::max(range.end, tokens[i].end);
  }
  return range;
}

// For a text that is too long: the tokens that the model reads, and the part that it could read of a variant.
struct Reach {
  std::vector<text::Offset> kept;  // ascending
  text::Offset reachable;

  bool reads(text::Offset word) const {
    const auto first = std::ranges::lower_bound(kept, word.begin + 1, {}, &text::Offset::end);
    return first != kept.end() && first->begin < word.end;
  }
};

Reach reach(const text::Tokenizer& tokenizer, std::string_view text, task::Reading reading) {
  constexpr size_t kWordTokens = 128;  // no word has more tokens, so the last word that moves in is complete
  reading.encode.with_offsets = true;
  Reach result{.reachable = {0, static_cast<uint32_t>(text.size())}};
  for (const text::Encoding& window : task::read_text(tokenizer, text, {}, reading)) {
    for (size_t token = 0; token < window.ids.size(); ++token) {
      if (!task::is_added(tokenizer, window, token)) result.kept.push_back(window.offsets[token]);
    }
  }
  std::ranges::sort(result.kept, {}, &text::Offset::begin);
  if (reading.long_text.long_text == "head-tail" || result.kept.empty()) return result;
  // The kept tokens are one part of the text: a variant reads as many more tokens as it lacks.
  const std::vector<text::Offset> all = tokenizer.encode(text, {.with_offsets = true}).offsets;
  const auto is_kept = [&](const text::Offset& token) {
    return !(token == text::Offset{}) && token.begin >= result.kept.front().begin;
  };
  const auto first = static_cast<size_t>(std::find_if(all.begin(), all.end(), is_kept) - all.begin());
  const size_t margin = result.kept.size() + kWordTokens;
  result.reachable =
      covered(all, first - std::min(first, margin), std::min(all.size(), first + result.kept.size() + margin));
  return result;
}

std::unique_ptr<task::FollowedScore> followed(const ServedModel& model, const ExplainRequest& asked,
                                              const task::Question& question) {
  try {
    return model.trained.task->followed(asked.options, question);
  } catch (const Error& error) {
    const std::span<const std::string_view> parameters = model.description.task->form.explain_parameters;
    const std::string field = parameters.empty()       ? ""
                              : parameters.size() == 1 ? fmt::format("parameters.{}", parameters[0])
                                                       : "parameters";
    throw http::RequestError({.message = error.what(), .field = field, .hint = error.hint()});
  }
}

}  // namespace

Variants leave_words_out(const text::Tokenizer& tokenizer, std::string_view text, const task::Reading& reading,
                         size_t max_tokens) {
  Variants variants;
  variants.questions.push_back(task::make_question(tokenizer, std::string(text), {}, reading));
  const bool is_truncated = variants.questions.front().is_truncated();
  Reach range{.reachable = {0, static_cast<uint32_t>(text.size())}};
  if (is_truncated) range = reach(tokenizer, text, reading);
  std::vector<text::Offset> words = find_words(text);
  if (is_truncated) std::erase_if(words, [&](text::Offset word) { return !range.reads(word); });
  const size_t tokens = variants.questions.front().num_tokens();
  const size_t num_groups = std::max<size_t>(2, max_tokens / std::max<size_t>(1, tokens)) - 1;
  variants.words_per_group = std::max<size_t>(1, (words.size() + num_groups - 1) / num_groups);
  const std::string_view reachable = text.substr(range.reachable.begin, range.reachable.end - range.reachable.begin);
  for (size_t word = 0; word < words.size(); word += variants.words_per_group) {
    const size_t last = std::min(words.size(), word + variants.words_per_group) - 1;
    const text::Offset part{words[word].begin, words[last].end};
    const uint32_t shift = range.reachable.begin;
    // A word of very many tokens may begin or end outside.
    const uint32_t begin = std::max(part.begin, shift), end = std::min(part.end, range.reachable.end);
    const text::Offset lacks = with_space(reachable, {begin - shift, end - shift});
    variants.parts.push_back(part);
    variants.cuts.push_back({shift, {lacks.begin + shift, lacks.end + shift}});
    variants.questions.push_back(
        task::make_question(tokenizer, without(reachable, {begin - shift, end - shift}), {}, reading));
  }
  return variants;
}

Json explanation_json(const Variants& variants, const task::FollowedScore& followed,
                      std::span<const task::Question> questions, std::span<const task::Outputs> outputs) {
  const task::Question& whole = questions.front();
  const double score = followed.of(whole, outputs.front(), {});
  const std::vector<text::Offset> places = text::to_character_offsets(whole.text, variants.parts);
  Json words = Json::array();
  for (size_t i = 0; i < variants.parts.size(); ++i) {
    const text::Offset part = variants.parts[i];
    const double without = followed.of(questions[i + 1], outputs[i + 1], variants.cuts[i]);
    words.push_back({{"text", whole.text.substr(part.begin, part.end - part.begin)},
                     {"start", places[i].begin},
                     {"stop", places[i].end},
                     {"weight", shortest_double(static_cast<float>(score - without))}});
  }
  return {{"label", followed.label()},
          {"score", shortest_double(static_cast<float>(score))},
          {"method", "leave-one-word-out"},
          {"words_per_group", variants.words_per_group},
          {"words", words},
          {"near_ties", followed.near_ties()}};
}

Job explain_job(const std::shared_ptr<const ServedModel>& model, const http::Request& request, http::Responder answer) {
  const ExplainRequest asked = read_explain(request.body, *model->description.task);
  const text::Tokenizer& tokenizer = model->trained.tokenizer;
  Variants variants = leave_words_out(tokenizer, asked.text, model->trained.reading(), kExplainTokens);
  for (const task::Question& question : variants.questions) check_question(*model, question, "inputs");
  const text::UnknownTokens unknown = task::unknown_tokens(tokenizer, variants.questions.front());
  Notes notes;
  notes.add_question(0, variants.questions.front(), unknown);
  const std::shared_ptr<task::FollowedScore> score = followed(*model, asked, variants.questions.front());
  Job job;
  job.questions = std::move(variants.questions);
  job.done = [model, score, notes, unknown, variants = std::move(variants), answer = std::move(answer)](
                 const std::vector<task::Question>& questions, const std::vector<task::Outputs>& outputs,
                 const std::exception_ptr& error) {
    answer_with(answer, [&] {
      if (error) std::rethrow_exception(error);
      for (const task::Outputs& own : outputs) check_outputs(own, "inputs[0]");
      score->decide(outputs.front());
      Json json = explanation_json(variants, *score, questions, outputs);
      json["unknown_tokens"] = {{"unknown", unknown.unknown}, {"total", unknown.total}};
      http::Response response = http::json_response(json);
      notes.add_to(response);
      return response;
    });
  };
  job.gone = request.client_gone;
  job.since = request.arrived;
  return job;
}

}  // namespace hone::serve
