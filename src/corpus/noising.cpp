#include "corpus/noising.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.h"
#include "base/philox.h"

namespace hone::corpus {

namespace {

constexpr uint64_t kNoiseKey = 0x6E6F6973'0001;
constexpr double kSpansDensity = 0.15, kInfillingDensity = 0.3;  // of T5 and of BART
constexpr std::string_view kSentenceEnds[] = {".", "!", "?", "\xE3\x80\x82", "\xEF\xBC\x81", "\xEF\xBC\x9F"};
constexpr size_t kMaxSentinels = 1000;

}  // namespace

// Random numbers of a sequence, one after another.
class Noising::Draws {
 public:
  Draws(const MaskingPlace& place, uint32_t sequence) : place_(place), sequence_(sequence) {}

  uint32_t word() {
    const uint32_t element = next_++;
    if (element % 4 == 0) {
      block_ = philox(place_.seed ^ kNoiseKey, {sequence_ << 20 ^ element / 4, static_cast<uint32_t>(place_.row),
                                                static_cast<uint32_t>(place_.row >> 32), place_.step});
    }
    return block_[element % 4];
  }
  uint64_t below(uint64_t limit) { return word() * limit >> 32; }
  double uniform() { return (word() + 0.5) * 0x1p-32; }

  // Chooses `count` of `limit` numbers, in ascending order: Knuth's algorithm S.
  std::vector<uint64_t> chosen(uint64_t count, uint64_t limit) {
    std::vector<uint64_t> numbers;
    for (uint64_t i = 0; i < limit && numbers.size() < count; ++i) {
      if (below(limit - i) < count - numbers.size()) numbers.push_back(i);
    }
    return numbers;
  }

  uint64_t poisson(double mean) {
    const double wanted = uniform();
    double probability = std::exp(-mean), sum = probability;
    uint64_t value = 0;
    for (; sum < wanted && value < 1000; sum += probability) probability *= mean / static_cast<double>(++value);
    return value;
  }

 private:
  MaskingPlace place_;
  uint32_t sequence_, next_ = 0;
  PhiloxBlock block_{};
};

void check_noise(const NoiseOptions& options) {
  const auto has = [&](std::string_view kind) { return std::ranges::find(options.noise, kind) != options.noise.end(); };
  if (has(kNoiseSpans) && options.noise.size() > 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("noise is {}: spans cannot be combined with other kinds", fmt::join(options.noise, ", ")),
                "with spans the decoder writes what is missing, with the other kinds the whole text: give one of both");
  }
  const double density = options.noise_density.value_or(kSpansDensity);
  if (density <= 0 || density >= 1) {
    throw Error(ErrorKind::kUsage,
                fmt::format("noise_density is {}: {}", density,
                            density <= 0 ? "no token is missing, so there is nothing to learn"
                                         : "every token is missing, so there is nothing to read"),
                "give a share between 0 and 1, such as 0.15 for spans or 0.3 for infilling");
  }
}

Noising::Noising(const NoiseOptions& options, const text::Tokenizer& tokenizer)
    : kinds_(options.noise), mean_length_(options.mean_noise_span_length) {
  check_noise(options);
  while (sentinels_.size() < kMaxSentinels) {
    const auto id = tokenizer.token_id(fmt::format("<extra_id_{}>", sentinels_.size()));
    if (!id) break;
    sentinels_.push_back(*id);
  }
  if (kinds_.empty() && !sentinels_.empty()) kinds_ = {std::string(kNoiseSpans)};
  if (kinds_.empty()) kinds_ = {std::string(kNoiseSentences), std::string(kNoiseInfilling)};
  const auto has = [&](std::string_view kind) { return std::ranges::find(kinds_, kind) != kinds_.end(); };
  density_ = options.noise_density.value_or(has(kNoiseSpans) ? kSpansDensity : kInfillingDensity);
  if (has(kNoiseSpans) && sentinels_.empty()) {
    throw Error(
        ErrorKind::kInput,
        "the tokenizer has no sentinel tokens (<extra_id_0>, <extra_id_1> ...), which stand in the place of spans",
        "take T5's tokenizer, or give --noise sentence-permutation,infilling");
  }
  const std::optional<int32_t> mask = tokenizer.special_id("mask_token");
  if ((has(kNoiseInfilling) || has(kNoiseMasking)) && !mask) {
    throw Error(ErrorKind::kInput, "the tokenizer has no mask token, which stands in the place of what is missing",
                "take BART's tokenizer, or give --noise deletion");
  }
  mask_id_ = mask.value_or(0);
  for (int32_t id = 0; id < static_cast<int32_t>(tokenizer.vocab_size()); ++id) {
    const bool exists = tokenizer.has_token(id);
    const std::string_view token = exists ? tokenizer.token(id) : std::string_view();
    is_special_.push_back(exists && tokenizer.is_special(id));
    ends_sentence_.push_back(
        std::ranges::any_of(kSentenceEnds, [&](std::string_view end) { return token.ends_with(end); }));
  }
}

std::string Noising::described() const { return fmt::format("{}", fmt::join(kinds_, ", ")); }

// random_spans_noise_mask of T5: noise and other tokens are each cut into as many parts, at random places; the parts
// take turns, and the text begins with one that stays.
Noising::Tokens Noising::take_spans(Tokens& core, Draws& draws) const {
  const uint64_t length = core.size();
  if (length == 0) return {};
  const auto wanted = static_cast<uint64_t>(std::lround(static_cast<double>(length) * density_));
  const uint64_t num_noise = length == 1 ? 1 : std::clamp<uint64_t>(wanted, 1, length - 1);
  const auto mean_spans = static_cast<uint64_t>(std::lround(static_cast<double>(num_noise) / mean_length_));
  const uint64_t num_kept = length - num_noise;
  const uint64_t num_spans = std::min({std::max<uint64_t>(1, mean_spans), num_noise, std::max<uint64_t>(1, num_kept),
                                       static_cast<uint64_t>(sentinels_.size())});
  const auto ends_of = [&](uint64_t count) {
    if (count == 0) return std::vector<uint64_t>(num_spans, 0);
    std::vector<uint64_t> ends = draws.chosen(num_spans - 1, count - 1);
    for (uint64_t& end : ends) ++end;
    ends.push_back(count);
    return ends;
  };
  const std::vector<uint64_t> noise_ends = ends_of(num_noise), kept_ends = ends_of(num_kept);
  Tokens source, target;
  auto next = core.begin();
  for (uint64_t span = 0; span < num_spans; ++span) {
    const auto size_of = [&](const std::vector<uint64_t>& ends) {
      return static_cast<std::ptrdiff_t>(ends[span] - (span == 0 ? 0 : ends[span - 1]));
    };
    const auto kept = next + size_of(kept_ends), end = kept + size_of(noise_ends);
    source.insert(source.end(), next, kept);
    source.push_back(sentinels_[span]);
    target.push_back(sentinels_[span]);
    target.insert(target.end(), kept, end);
    next = end;
  }
  core = std::move(source);
  return target;
}

// One mask token stands in the place of each span, whatever its length. Spans of no token put a mask between two
// tokens. No two spans touch.
Noising::Tokens Noising::infilled(const Tokens& core, Draws& draws) const {
  const uint64_t length = core.size();
  const auto num_noise = std::min(length, static_cast<uint64_t>(std::ceil(static_cast<double>(length) * density_)));
  std::vector<uint64_t> spans;
  for (uint64_t sum = 0; sum < num_noise; sum += spans.back()) {
    spans.push_back(std::min(draws.poisson(mean_length_), num_noise - sum));
    if (spans.size() > length - num_noise) {  // the last gap takes what is left
      spans.back() = num_noise - sum;
      break;
    }
  }
  // The tokens that stay have one more gap than there are of them; each span is in a gap of its own.
  const std::vector<uint64_t> gaps = draws.chosen(spans.size(), length - num_noise + 1);
  Tokens result;
  size_t next = 0;
  uint64_t kept = 0;
  for (size_t span = 0; span < gaps.size(); ++span) {
    for (; kept < gaps[span]; ++kept) result.push_back(core[next++]);
    result.push_back(mask_id_);
    next += spans[span];
  }
  result.insert(result.end(), core.begin() + static_cast<std::ptrdiff_t>(next), core.end());
  return result;
}

Noising::Tokens Noising::permuted(const Tokens& core, Draws& draws) const {
  std::vector<std::pair<size_t, size_t>> sentences;
  for (size_t begin = 0, i = 0; i < core.size(); ++i) {
    if (!ends_sentence_[static_cast<size_t>(core[i])] && i + 1 < core.size()) continue;
    sentences.emplace_back(begin, i + 1);
    begin = i + 1;
  }
  for (size_t i = sentences.size(); i > 1; --i) std::swap(sentences[i - 1], sentences[draws.below(i)]);
  Tokens result;
  for (const auto& [begin, end] : sentences) {
    result.insert(result.end(), core.begin() + static_cast<std::ptrdiff_t>(begin),
                  core.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return result;
}

Noising::Tokens Noising::deleted(const Tokens& core, Draws& draws) const {
  Tokens result;
  for (const int32_t id : core) {
    if (draws.uniform() >= density_) result.push_back(id);
  }
  return result;
}

Noising::Tokens Noising::masked(const Tokens& core, Draws& draws) const {
  Tokens result = core;
  for (int32_t& id : result) {
    if (draws.uniform() < density_) id = mask_id_;
  }
  return result;
}

Noising::Tokens Noising::rotated(const Tokens& core, Draws& draws) const {
  Tokens result = core;
  if (!core.empty())
    std::ranges::rotate(result, result.begin() + static_cast<std::ptrdiff_t>(draws.below(core.size())));
  return result;
}

NoisedText Noising::noised(std::span<const int32_t> ids, const MaskingPlace& place, uint32_t sequence) const {
  const auto is_special = [&](int32_t id) { return static_cast<bool>(is_special_[static_cast<size_t>(id)]); };
  const auto begin = std::ranges::find_if_not(ids, is_special);
  auto end = ids.end();
  while (end != begin && is_special(*(end - 1))) --end;
  Draws draws(place, sequence);
  Tokens core(begin, end);
  NoisedText result;
  if (kinds_.front() == kNoiseSpans) {
    result.target = take_spans(core, draws);
    result.target.insert(result.target.end(), end, ids.end());
    if (result.target.empty()) result.target.assign(ids.begin(), ids.end());
  } else {
    result.target.assign(ids.begin(), ids.end());
    for (const std::string& kind : kinds_) {
      core = kind == kNoiseInfilling   ? infilled(core, draws)
             : kind == kNoiseSentences ? permuted(core, draws)
             : kind == kNoiseDeletion  ? deleted(core, draws)
             : kind == kNoiseMasking   ? masked(core, draws)
                                       : rotated(core, draws);
    }
  }
  result.source.assign(ids.begin(), begin);
  result.source.insert(result.source.end(), core.begin(), core.end());
  result.source.insert(result.source.end(), end, ids.end());
  if (result.source.empty()) result.source.push_back(mask_id_);  // all was deleted
  return result;
}

}  // namespace hone::corpus
