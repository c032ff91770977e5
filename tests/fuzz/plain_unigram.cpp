#include "plain_unigram.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <unordered_map>

#include "base/utf8.h"

namespace hone::fuzz {

namespace {

using text::Token;

class PlainUnigram {
 public:
  explicit PlainUnigram(const text::TokenizerSpec& spec) : scores_(text::scores_in_use(spec)) {
    for (const auto& [token, id] : spec.vocabulary) ids_[token] = id;
    const Json unknown = spec.model.value("unk_id", Json());
    if (!unknown.is_null()) unknown_ = unknown.get<int32_t>();
    has_bytes_ = spec.model.value("byte_fallback", Json()) == true;
    for (const double score : scores_) lowest_ = std::min(lowest_, score);
  }

  std::vector<Token> tokenize(std::string_view word) const {
    std::vector<Token> fused;
    for (const Token& token : best_path(word)) {
      const bool joins = token.id == unknown_ && !fused.empty() && fused.back().id == token.id;
      joins ? static_cast<void>(fused.back().end = token.end) : fused.push_back(token);
    }
    std::vector<Token> tokens;
    for (const Token& token : fused) {
      token.id == unknown_ ? add_unknown(word, token, tokens) : tokens.push_back(token);
    }
    return tokens;
  }

 private:
  struct Way {
    double score = 0;
    Token last;
  };

  int32_t id_of(std::string_view part) const {
    const auto found = part.empty() ? ids_.end() : ids_.find(part);
    return found == ids_.end() ? -1 : found->second;
  }

  std::vector<Token> best_path(std::string_view word) const {
    std::vector<Way> ways(word.size() + 1);
    for (uint32_t begin = 0; begin < word.size(); ++begin) {
      if (is_continuation(word[begin])) continue;
      uint32_t next = begin + 1;
      while (next < word.size() && is_continuation(word[next])) ++next;
      for (uint32_t end = begin + 1; end <= word.size(); ++end) {
        int32_t id = id_of(word.substr(begin, end - begin));
        double score = id < 0 ? 0 : scores_[static_cast<size_t>(id)];
        if (id < 0 && end == next) {
          score = lowest_ - 10;
          id = kUncovered;
        }
        Way& way = ways[end];
        const bool is_better = way.last.id == -1 || ways[begin].score + score > way.score;
        if (id == -1 || !is_better) continue;
        if (id == kUncovered) id = need_unknown();
        way = {ways[begin].score + score, {id, begin, end}};
      }
    }
    std::vector<Token> path;
    for (size_t end = word.size(); end > 0; end = path.back().begin) path.push_back(ways[end].last);
    std::reverse(path.begin(), path.end());
    return path;
  }

  void add_unknown(std::string_view word, const Token& token, std::vector<Token>& tokens) const {
    const std::string_view part = word.substr(token.begin, token.end - token.begin);
    const int32_t whole = id_of(part);
    std::vector<Token> bytes;
    for (const char byte : part) {
      const int32_t id = id_of(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
      bytes.push_back({id, token.begin, token.end});
    }
    const bool is_bytes = has_bytes_ && std::ranges::none_of(bytes, [](const Token& byte) { return byte.id < 0; });
    if (whole < 0 && is_bytes) {
      tokens.insert(tokens.end(), bytes.begin(), bytes.end());
    } else {
      tokens.push_back({whole < 0 ? token.id : whole, token.begin, token.end});
    }
  }

  int32_t need_unknown() const {
    if (!unknown_) throw Error(ErrorKind::kInput, "no unknown token");
    return *unknown_;
  }

  static constexpr int32_t kUncovered = -2;

  std::unordered_map<std::string_view, int32_t> ids_;
  std::vector<double> scores_;
  std::optional<int32_t> unknown_;
  bool has_bytes_ = false;
  double lowest_ = std::numeric_limits<double>::infinity();
};

}  // namespace

std::vector<text::Token> plain_unigram(const text::TokenizerSpec& spec, std::string_view word) {
  return PlainUnigram(spec).tokenize(word);
}

}  // namespace hone::fuzz
