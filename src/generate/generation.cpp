#include "generate/generation.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.h"
#include "generate/sampler.h"

namespace hone::generate {

namespace {

constexpr size_t kMaxPromptTokens = 4096;  // of the prompts that begin in one step, unless one alone is longer

struct ReasonName {
  FinishReason reason;
  std::string_view name;
};
constexpr std::array kReasonNames{ReasonName{FinishReason::kStop, "stop"}, ReasonName{FinishReason::kLength, "length"}};

bool contains(std::span<const int32_t> ids, int32_t id) { return std::ranges::find(ids, id) != ids.end(); }

// Fills the probabilities of all stop ids together, and of the most likely other token.
void add_stop_probability(std::span<const int32_t> stop_ids, std::span<const float> scores, Generated& generated) {
  std::vector<int32_t> sorted(stop_ids.begin(), stop_ids.end());
  std::ranges::sort(sorted);
  const double largest = *std::ranges::max_element(scores);
  double all = 0, stop = 0, other = 0;
  auto next = sorted.begin();
  for (size_t i = 0; i < scores.size(); ++i) {
    const double weight = std::exp(scores[i] - largest);
    all += weight;
    const auto id = static_cast<int32_t>(i);
    while (next != sorted.end() && *next < id) ++next;
    if (next != sorted.end() && *next == id) {
      stop += weight;
    } else {
      other = std::max(other, weight);
    }
  }
  generated.stop_probability = stop / all;
  generated.other_probability = other / all;
}

// Returns whether both begin with the same page of tokens, so that the second can read the first one's.
bool share_a_page(std::span<const int32_t> first, std::span<const int32_t> second) {
  const auto size = static_cast<size_t>(kernel::kPageTokens);
  return first.size() > size && second.size() > size && std::ranges::equal(first.first(size), second.first(size));
}

}  // namespace

std::string_view finish_reason_name(FinishReason reason) {
  return std::ranges::find(kReasonNames, reason, &ReasonName::reason)->name;
}

Generation::Generation(LanguageModel model, const tensor::KvShape& shape, int64_t max_tokens)
    : model_(std::move(model)), cache_(shape, max_tokens), max_tokens_(max_tokens) {}

int64_t longest_sequence(const Request& request, const LanguageModel& model, int64_t max_tokens) {
  const auto num_prompt = static_cast<int64_t>(request.prompt.size());
  if (num_prompt == 0) {
    throw Error(ErrorKind::kUsage, "the prompt has no token", "give a text, or begin with the model's first token");
  }
  if (model.texts != nullptr && request.source.empty()) {
    throw Error(ErrorKind::kUsage, "the text has no token", "give a text that is not empty");
  }
  if (num_prompt >= model.max_length) {
    throw Error(ErrorKind::kUsage,
                fmt::format("the prompt has {} tokens, and the model takes sequences of at most {}", num_prompt,
                            model.max_length),
                "shorten the prompt");
  }
  if (request.max_new_tokens < 1) {
    throw Error(ErrorKind::kUsage, fmt::format("max_new_tokens is {}, not at least 1", request.max_new_tokens));
  }
  // Not the sum, which may overflow.
  const int64_t longest = num_prompt + std::min(request.max_new_tokens, model.max_length - num_prompt);
  const int64_t room = max_tokens / kernel::kPageTokens * kernel::kPageTokens;
  if (longest > room) {
    throw Error(ErrorKind::kUsage,
                fmt::format("prompt and answer have up to {} tokens, and the cache holds {}", longest, room),
                "shorten the prompt, or lower max_new_tokens");
  }
  return longest;
}

void Generation::add(uint64_t id, Request request) {
  const int64_t longest = longest_sequence(request, model_, max_tokens_);
  ScoreRules rules(request.sampling, request.stop_ids, model_.vocab_size);
  std::vector<int32_t> ids = request.prompt;
  grammar::TokenMasks::Text text;
  if (request.form != nullptr) {
    text = request.form->begin();
    const int64_t room = longest - static_cast<int64_t>(ids.size()), shortest = request.form->shortest(text);
    if (shortest > room) {
      throw Error(ErrorKind::kUsage,
                  fmt::format("the answer has room for {} tokens, and its shortest form has {} bytes", room, shortest),
                  "raise max_new_tokens, or shorten the prompt");
    }
  }
  waiting_.push_back({id, std::move(request), std::move(rules), std::move(ids), longest, text});
}

void Generation::stop(uint64_t id) {
  std::erase_if(waiting_, [id](const Sequence& sequence) { return sequence.id == id; });
  if (std::ranges::find(running_, id, &Sequence::id) != running_.end()) end(id);
}

void Generation::end(uint64_t id) {
  const auto found = std::ranges::find(running_, id, &Sequence::id);
  num_reserved_ -= kernel::whole_pages(found->max_tokens);
  running_.erase(found);
  cache_.end(id);
  if (model_.texts != nullptr) model_.texts->end(id);
}

// In the order of add(), so that none waits for ever. A sequence that can read the pages of one that begins now waits
// for the next step.
void Generation::begin_waiting() {
  size_t num_tokens = 0;
  const size_t first_new = running_.size();
  while (!waiting_.empty()) {
    Sequence& next = waiting_.front();
    const auto can_share = [&](const Sequence& other) { return share_a_page(other.ids, next.ids); };
    if (std::any_of(running_.begin() + static_cast<ptrdiff_t>(first_new), running_.end(), can_share)) break;
    if (num_reserved_ + kernel::whole_pages(next.max_tokens) > max_tokens_) break;
    if (num_tokens > 0 && num_tokens + next.ids.size() > kMaxPromptTokens) break;
    num_tokens += next.ids.size();
    num_reserved_ += kernel::whole_pages(next.max_tokens);
    cache_.begin(next.id, next.ids);
    if (model_.texts != nullptr) model_.texts->begin(next.id, next.request.source);
    running_.push_back(std::move(next));
    waiting_.pop_front();
  }
}

int32_t Generation::chosen(Sequence& sequence, std::span<float> scores) const {
  const Request& request = sequence.request;
  sequence.rules.apply({sequence.ids, request.prompt.size(), sequence.max_tokens}, scores);
  if (request.form != nullptr) {
    const int64_t num_left = sequence.max_tokens - static_cast<int64_t>(sequence.ids.size());
    request.form->apply(sequence.text, num_left, request.stop_ids, scores);
  }
  if (!request.sampling.do_sample) return highest(scores);
  const auto step = static_cast<uint32_t>(sequence.num_generated());
  return draw(warped(request.sampling, scores), uniform_at({request.sampling.seed, request.row, step}));
}

Generated Generation::choose(Sequence& sequence, std::span<float> scores) const {
  const Request& request = sequence.request;
  Generated generated{.id = sequence.id, .finished = {}};
  if (request.wants_stop_probability) add_stop_probability(request.stop_ids, scores, generated);
  generated.token = chosen(sequence, scores);
  sequence.ids.push_back(generated.token);
  generated.is_stop = contains(request.stop_ids, generated.token);
  if (request.form != nullptr && !generated.is_stop) sequence.text = request.form->with(sequence.text, generated.token);
  if (generated.is_stop || (request.form != nullptr && request.form->is_complete(sequence.text))) {
    generated.finished = FinishReason::kStop;
  } else if (static_cast<int64_t>(sequence.ids.size()) == sequence.max_tokens) {
    generated.finished = FinishReason::kLength;
  }
  return generated;
}

std::vector<Generated> Generation::step() {
  const size_t num_before = running_.size();
  begin_waiting();
  has_begun_some_ = running_.size() > num_before;
  std::vector<Generated> all;
  if (running_.empty()) return all;
  std::vector<uint64_t> ids;
  for (const Sequence& sequence : running_) ids.push_back(sequence.id);
  const tensor::KvBatch batch = cache_.batch(ids);
  num_computed_ += batch.packing().num_tokens();
  const at::Tensor scores = model_.scores(batch).contiguous();
  batch.finish();
  check_internal(scores.dim() == 2 && scores.size(0) == static_cast<int64_t>(ids.size()) &&
                     scores.size(1) == model_.vocab_size && scores.scalar_type() == at::kFloat,
                 "the model gives scores of each sequence");
  float* const first = scores.mutable_data_ptr<float>();
  for (size_t i = 0; i < running_.size(); ++i) {
    const auto vocab_size = static_cast<size_t>(model_.vocab_size);
    all.push_back(choose(running_[i], {first + i * vocab_size, vocab_size}));
  }
  for (const Generated& generated : all) {
    if (generated.finished) {
      end(generated.id);
    } else {
      cache_.append(generated.id, {&generated.token, 1});
    }
  }
  return all;
}

}  // namespace hone::generate
