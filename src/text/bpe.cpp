// The rules for unknown characters are those of tokenizers, in the order in which it applies them.
#include "text/bpe.h"

#include <filesystem>

#include "base/utf8.h"
#include "text/json_fields.h"

namespace hone::text {

namespace {

std::string place_of(const MergeEntry& merge, size_t index, const std::string& source) {
  const std::filesystem::path merges_path = std::filesystem::path(source).replace_filename("merges.txt");
  if (merge.line > 0) return fmt::format("{}:{}", merges_path.string(), merge.line);
  return fmt::format("{}: merges[{}]", source, index);
}

// Throws if the model draws merges at random, which only training does. A rate of 0 changes nothing.
void check_dropout(const Json& settings, const std::string& part) {
  const Json dropout = settings.value("dropout", Json());
  if (dropout.is_null() || (dropout.is_number() && dropout.get<double>() == 0)) return;
  throw Error(ErrorKind::kUnsupported, fmt::format("{}: \"dropout\" must be null, not {}", part, dropout.dump()),
              "set it to null: the tokens of a text would differ each time");
}

}  // namespace

Bpe::Bpe(std::vector<VocabularyEntry> vocabulary, const std::vector<MergeEntry>& merges, Settings settings,
         std::string source)
    : vocabulary_(std::move(vocabulary)),
      by_id_(vocabulary_),
      merges_(merges.size()),
      settings_(std::move(settings)),
      source_(std::move(source)) {
  ids_.reserve(vocabulary_.size());
  for (const auto& [token, id] : vocabulary_) ids_[token] = id;
  if (ids_.size() < vocabulary_.size()) by_id_.forget_repeated([&](std::string_view t) { return token_id(t); });
  for (size_t i = 0; i < merges.size(); ++i) add_merge(merges[i], i);
}

void Bpe::add_merge(const MergeEntry& merge, size_t index) {
  const auto id_of = [&](const std::string& token) {
    if (const std::optional<int32_t> id = token_id(token)) return *id;
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the merge \"{} {}\" needs the token \"{}\", which the vocabulary lacks",
                            place_of(merge, index, source_), merge.left, merge.right, token),
                "take the vocabulary and the merges from the same model");
  };
  const int32_t left = id_of(merge.left), right = id_of(merge.right);
  const size_t prefix = settings_.continuing_prefix.size();
  if (merge.right.size() < prefix) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the second token of the merge \"{} {}\" lacks the prefix \"{}\"",
                            place_of(merge, index, source_), merge.left, merge.right, settings_.continuing_prefix));
  }
  const int32_t merged = id_of(merge.left + merge.right.substr(prefix));
  merges_.set(left, right, {static_cast<uint32_t>(index), merged});
}

std::optional<int32_t> Bpe::token_id(std::string_view token) const {
  const auto found = ids_.find(token);
  if (found == ids_.end()) return std::nullopt;
  return found->second;
}

// Appends the tokens of the bytes, such as <0xE4>. Returns false if one of them is missing.
bool Bpe::add_bytes(std::string_view text, std::vector<Symbol>& symbols) const {
  const size_t before = symbols.size();
  for (char c : text) {
    const std::optional<int32_t> id = token_id(fmt::format("<0x{:02X}>", static_cast<unsigned char>(c)));
    if (!id) {
      symbols.resize(before);
      return false;
    }
    symbols.push_back({*id, 1});
  }
  return true;
}

// `pending`: an unknown token that is not in `symbols` yet, because later characters may join it. Its id is -1 if no
// token waits.
void Bpe::add_unknown(uint32_t length, Symbol& pending, std::vector<Symbol>& symbols) const {
  if (!settings_.unknown_token) return;
  if (pending.id >= 0 && settings_.fuse_unknown) {
    pending.length += length;
    return;
  }
  if (pending.id >= 0) symbols.push_back(pending);
  const std::optional<int32_t> unknown = token_id(*settings_.unknown_token);
  if (!unknown) {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: the vocabulary does not cover a character and lacks the unknown token \"{}\"", source_,
                            *settings_.unknown_token),
                "add the unknown token to the vocabulary, or name the right one as unk_token");
  }
  pending = {*unknown, length};
}

std::vector<Symbol> Bpe::symbols_of(std::string_view word) const {
  std::vector<Symbol> symbols;
  Symbol pending;
  for (size_t begin = 0; begin < word.size();) {
    const char* next = word.data() + begin;
    next_code_point(next);
    const auto end = static_cast<size_t>(next - word.data());
    std::string character(word.substr(begin, end - begin));
    const auto length = static_cast<uint32_t>(character.size());
    if (begin > 0) character.insert(0, settings_.continuing_prefix);
    if (end == word.size()) character += settings_.end_suffix;
    begin = end;
    if (const std::optional<int32_t> id = token_id(character)) {
      if (pending.id >= 0) symbols.push_back(pending);
      pending = {};
      symbols.push_back({*id, length});
    } else if (!settings_.byte_fallback || !add_bytes(character, symbols)) {
      add_unknown(length, pending, symbols);
    }
  }
  if (pending.id >= 0) symbols.push_back(pending);
  return symbols;
}

void Bpe::tokenize(std::string_view word, std::vector<Token>& tokens) const {
  if (word.empty()) return;
  if (const std::optional<int32_t> id = settings_.ignore_merges ? token_id(word) : std::nullopt) {
    tokens.push_back({*id, 0, static_cast<uint32_t>(word.size())});
    return;
  }
  std::vector<Symbol> symbols = symbols_of(word);
  thread_local LongWord long_word;
  long_word.merge_all(merges_, symbols);
  uint32_t begin = 0;
  for (const Symbol& symbol : symbols) {
    tokens.push_back({symbol.id, begin, begin + symbol.length});
    begin += symbol.length;
  }
}

std::unique_ptr<TokenModel> make_bpe(const Json& settings, std::vector<VocabularyEntry> vocabulary,
                                     const VocabularyExtras& extras, const std::string& source) {
  const std::string part = source + ": model";
  check_dropout(settings, part);
  Bpe::Settings values;
  const auto unknown = settings.find("unk_token");
  if (unknown != settings.end() && !unknown->is_null()) {
    values.unknown_token = string_field(settings, "unk_token", "", part);
  }
  values.continuing_prefix = string_field(settings, "continuing_subword_prefix", "", part);
  values.end_suffix = string_field(settings, "end_of_word_suffix", "", part);
  values.fuse_unknown = bool_field(settings, "fuse_unk", false, part);
  values.byte_fallback = bool_field(settings, "byte_fallback", false, part);
  values.ignore_merges = bool_field(settings, "ignore_merges", false, part);
  return std::make_unique<Bpe>(std::move(vocabulary), extras.merges, std::move(values), source);
}

}  // namespace hone::text
