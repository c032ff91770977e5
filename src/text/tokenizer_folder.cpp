// Reads the tokenizer files of a model folder by the rules of AutoTokenizer in transformers 5. Note: for the classes of
// tokenizer_classes.h, tokenizer.json provides only the vocabulary, the merges and the added tokens. The rest comes
// from tokenizer_config.json or from the defaults of the class.
#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "text/json_fields.h"
#include "text/models_without_class.h"
#include "text/rank_file.h"
#include "text/sentence_piece_vocabulary.h"
#include "text/tokenizer_classes.h"

namespace hone::text {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFiles[] = {
    "tokenizer.json",          "vocab.txt",         "vocab.json",   "merges.txt", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json", "spiece.model", "spm.model",  "sentencepiece.bpe.model",
    "tokenizer.model",         "tiktoken.model"};

// The files that hold a vocabulary.
constexpr const char* kVocabularyFiles[] = {"tokenizer.json",  "vocab.txt",     "vocab.json",
                                            "spiece.model",    "spm.model",     "sentencepiece.bpe.model",
                                            "tokenizer.model", "tiktoken.model"};

// The special tokens, in the order in which transformers adds them.
constexpr std::string_view kSpecialNames[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                              "pad_token", "cls_token", "mask_token"};

// The class of these models, whatever class the folder names.
constexpr std::pair<std::string_view, std::string_view> kFixedClasses[] = {{"qwen2", "Qwen2Tokenizer"}};

// The content of the folder's files, before the rules are applied.
struct Folder {
  fs::path path;
  std::map<std::string, std::string> files;
  Json config = Json::object();  // tokenizer_config.json, with special_tokens_map.json merged in if it applies
  std::string config_source;
  bool has_token_list = false;                  // tokenizer_config.json has an added_tokens_decoder
  std::map<int64_t, AddedToken> config_tokens;  // of added_tokens_decoder or added_tokens.json, by the ids there

  bool has(const std::string& name) const { return files.contains(name); }
  std::string source(const std::string& name) const { return (path / name).string(); }
  Json json(const std::string& name) const {
    Json value = parse_json(files.at(name), source(name));
    if (!value.is_object())
      throw Error(ErrorKind::kInput, fmt::format("{}: the file must hold an object", source(name)));
    return value;
  }
};

Folder read_files(const fs::path& path) {
  Folder folder{path};
  if (!fs::is_directory(path)) {
    throw Error(ErrorKind::kIo, fmt::format("{}: no such folder", path.string()), "give the folder of a model");
  }
  for (const char* name : kFiles) {
    if (fs::exists(path / name)) folder.files[name] = read_file(path / name);
  }
  if (std::ranges::none_of(kVocabularyFiles, [&](const char* name) { return folder.has(name); })) {
    throw Error(ErrorKind::kIo,
                fmt::format("{}: no tokenizer.json and no vocab.txt, vocab.json or SentencePiece model", path.string()),
                "copy the tokenizer's files into the folder, or give another folder");
  }
  folder.config_source = folder.source("tokenizer_config.json");
  if (folder.has("tokenizer_config.json")) folder.config = folder.json("tokenizer_config.json");
  return folder;
}

// added_tokens_decoder: {"103": {"content": "[MASK]", ...}, ...}
std::map<int64_t, AddedToken> decoder_tokens(const Json& decoder, const std::string& source) {
  std::map<int64_t, AddedToken> tokens;
  for (const auto& [key, value] : decoder.items()) {
    const bool is_number = !key.empty() && key.size() < 10 &&
                           std::all_of(key.begin(), key.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (!is_number)
      throw Error(ErrorKind::kInput, fmt::format("{}: added_tokens_decoder has the id \"{}\"", source, key));
    tokens[std::stoll(key)] = parse_added_token(value, false, source + ": added_tokens_decoder");
  }
  return tokens;
}

// Returns the text of a special token, which is a string or an object with "content"; empty for null.
std::string token_content(const Json& value, std::string_view name, const std::string& source) {
  if (value.is_null()) return "";
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) return string_field(value, "content", "", source);
  throw Error(ErrorKind::kInput,
              fmt::format("{}: \"{}\" must be a string or an object with a \"content\"", source, name));
}

void add_once(std::vector<AddedToken>& tokens, AddedToken token) {
  const auto same =
      std::find_if(tokens.begin(), tokens.end(), [&](const auto& t) { return t.content == token.content; });
  if (same == tokens.end()) tokens.push_back(std::move(token));
}

// Adds an extra special token, as transformers does: with its own flags, even if a named special token has others.
void add_extra(size_t num_listed, AddedToken token, TokenizerSpec& spec) {
  const auto same = std::ranges::find(spec.added_tokens, token.content, &AddedToken::content);
  if (same == spec.added_tokens.end()) {
    spec.added_tokens.push_back(std::move(token));
  } else if (static_cast<size_t>(same - spec.added_tokens.begin()) >= num_listed) {
    const auto is_it = [&](const auto& named) { return named.second == token.content; };
    token.special = token.special || std::ranges::any_of(spec.special_tokens, is_it);
    *same = std::move(token);
  }
}

// A token that is given as a text or as an object.
AddedToken special_token(const Json& value, const std::string& content, const std::string& source) {
  AddedToken token;
  if (value.is_object()) token = parse_added_token(value, true, source);
  token.content = content;
  token.special = true;
  if (!value.is_object()) token.normalized = false;
  return token;
}

// added_tokens.json: {"token": id, ...}
void add_legacy_tokens(Folder& folder) {
  std::vector<std::string> special;
  for (std::string_view name : kSpecialNames) {
    const auto value = folder.config.find(std::string(name));
    if (value != folder.config.end()) special.push_back(token_content(*value, name, folder.config_source));
  }
  const Json tokens = folder.json("added_tokens.json");
  for (const auto& [content, id] : tokens.items()) {
    AddedToken token;
    token.content = content;
    token.special = std::find(special.begin(), special.end(), content) != special.end();
    token.normalized = !token.special;
    folder.config_tokens[integer_field(Json{{"id", id}}, "id", 0, INT32_MAX, folder.source("added_tokens.json"))] =
        token;
  }
}

// Reads special_tokens_map.json and added_tokens.json, which apply only if tokenizer_config.json has no
// added_tokens_decoder.
void merge_legacy_files(Folder& folder) {
  const auto decoder = folder.config.find("added_tokens_decoder");
  folder.has_token_list = decoder != folder.config.end() && decoder->is_object();
  if (folder.has_token_list) {
    folder.config_tokens = decoder_tokens(*decoder, folder.config_source);
    return;
  }
  if (folder.has("special_tokens_map.json")) {
    const Json names = folder.json("special_tokens_map.json");
    for (const auto& [key, value] : names.items()) folder.config[key] = value;
  }
  if (folder.has("added_tokens.json")) add_legacy_tokens(folder);
}

constexpr const char* kNoClass = "TokenizersBackend";

std::string without_fast(std::string name) {
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.resize(name.size() - 4);
  return name;
}

// Returns the class that config.json asks for, if `named` is the one of tokenizer_config.json.
std::string class_of_model(const Folder& folder, std::string named) {
  const fs::path config_path = folder.path / "config.json";
  if (!fs::exists(config_path)) return named;
  const Json config = read_json(config_path);
  if (named.empty()) named = without_fast(string_field(config, "tokenizer_class", "", config_path.string()));
  const std::string model_type = string_field(config, "model_type", "", config_path.string());
  const TokenizerClassRow* row = find_tokenizer_class_of_model(model_type);
  if (named.empty()) return row != nullptr ? std::string(row->name) : model_type.empty() ? "" : kNoClass;
  for (const auto& [model, fixed_class] : kFixedClasses) named = model == model_type ? fixed_class : named;
  return has_no_class(model_type) ? kNoClass : named;
}

// LlamaTokenizer has other parts than the byte-level BPE of Llama 3, whose folders name it too.
bool is_byte_level_llama(const Folder& folder, std::string_view name) {
  return name == "LlamaTokenizer" && folder.has("tokenizer.json") &&
         folder.files.at("tokenizer.json").find("\"ByteLevel\"") != std::string::npos;
}

std::string tokenizer_class(const Folder& folder) {
  const std::string named = without_fast(string_field(folder.config, "tokenizer_class", "", folder.config_source));
  std::string name = class_of_model(folder, named);
  return is_byte_level_llama(folder, name) ? kNoClass : name;
}

size_t model_max_length(const Folder& folder) {
  for (const char* key : {"model_max_length", "max_len"}) {
    const auto value = folder.config.find(key);
    if (value == folder.config.end() || value->is_null()) continue;
    const double length = value->is_number() ? value->get<double>() : -1;
    if (!(length >= 0)) {
      throw Error(ErrorKind::kInput, fmt::format("{}: \"{}\" must be a number of tokens", folder.config_source, key));
    }
    // transformers writes 1e30 for "no limit".
    return length < 1e18 ? static_cast<size_t>(length) : kNoLimit;
  }
  return kNoLimit;
}

Side side(const Folder& folder, const char* key, Side fallback) {
  const std::string name =
      string_field(folder.config, key, fallback == Side::kLeft ? "left" : "right", folder.config_source);
  if (name != "left" && name != "right") {
    throw Error(ErrorKind::kInput,
                fmt::format("{}: \"{}\" must be left or right, not \"{}\"", folder.config_source, key, name));
  }
  return name == "left" ? Side::kLeft : Side::kRight;
}

// Returns all added tokens in transformers' order. A class that builds its parts starts with none and takes those of
// tokenizer_config.json, or else those of the other files. Any other class starts with those of tokenizer.json.
void collect_listed_tokens(const Folder& folder, TokenizerSpec& spec) {
  std::map<int64_t, AddedToken> listed = folder.config_tokens;
  if (!folder.has_token_list) {
    for (const AddedToken& token : spec.added_tokens) listed[token.id] = token;
  }
  if (spec.class_row != nullptr) spec.added_tokens.clear();
  if (spec.is_tiktoken) spec.added_tokens = spec.model_tokens;
  for (const auto& [id, token] : listed) spec.added_tokens.push_back(token);
}

// Reads the named special tokens, and adds those that are not in the list yet.
void collect_special_tokens(const Folder& folder, TokenizerSpec& spec) {
  if (spec.class_row != nullptr) {
    for (const auto& [name, content] : spec.class_row->special_tokens) spec.special_tokens[std::string(name)] = content;
  }
  for (std::string_view name : kSpecialNames) {
    const std::string key(name);
    const Json value = folder.config.value(key, Json());
    if (folder.config.contains(key)) spec.special_tokens[key] = token_content(value, name, folder.config_source);
    const auto named = spec.special_tokens.find(key);
    if (named == spec.special_tokens.end()) continue;
    if (named->second.empty()) {
      spec.special_tokens.erase(named);
    } else {
      AddedToken token = special_token(value, named->second, folder.config_source);
      const bool is_plain_mask = name == "mask_token" && spec.class_row != nullptr && !value.is_object();
      if (is_plain_mask) token.lstrip = spec.class_row->mask_lstrip;
      add_once(spec.added_tokens, std::move(token));
    }
  }
}

void add_extra_tokens(std::vector<AddedToken> tokens, size_t num_listed, TokenizerSpec& spec) {
  for (AddedToken& token : tokens) {
    if (token.special) spec.extra_special_tokens.push_back(token.content);
    add_extra(num_listed, std::move(token), spec);
  }
}

// Returns the extra special tokens of tokenizer_config.json, or nullopt if it has no list. The older name applies only
// if the newer one has no value.
std::optional<std::vector<AddedToken>> configured_extra_tokens(const Folder& folder) {
  std::optional<std::vector<AddedToken>> tokens;
  for (const char* key : {"extra_special_tokens", "additional_special_tokens"}) {
    const auto list = folder.config.find(key);
    if (list == folder.config.end() || !(list->is_array() || list->is_object())) continue;
    tokens.emplace();
    for (const Json& value : *list) {
      const std::string content = token_content(value, key, folder.config_source);
      if (!content.empty()) tokens->push_back(special_token(value, content, folder.config_source));
    }
    if (!tokens->empty()) break;
  }
  return tokens;
}

// Without a list in tokenizer_config.json, the class or the model file names extra tokens; some classes name theirs in
// any case. `num_listed`: how many of the added tokens are listed in a file.
void collect_extra_tokens(const Folder& folder, size_t num_listed, TokenizerSpec& spec) {
  const std::optional<std::vector<AddedToken>> configured = configured_extra_tokens(folder);
  if (spec.is_tiktoken || (configured && !(spec.class_row != nullptr && spec.class_row->adds_extra_tokens))) {
    return add_extra_tokens(configured.value_or(std::vector<AddedToken>()), num_listed, spec);
  }
  std::vector<AddedToken> tokens = configured ? std::vector<AddedToken>() : spec.model_tokens;
  if (spec.class_row != nullptr && spec.class_row->extra_tokens != nullptr) {
    tokens = spec.class_row->extra_tokens(folder.config, std::move(tokens), spec.has_model_file);
  }
  if (configured) tokens.insert(tokens.end(), configured->begin(), configured->end());
  add_extra_tokens(std::move(tokens), num_listed, spec);
}

// Makes special tokens plain, if the class adds them again without their flags.
void make_special_tokens_plain(TokenizerSpec& spec) {
  if (spec.class_row == nullptr || !spec.class_row->has_plain_special_tokens) return;
  std::vector<std::string> contents = spec.extra_special_tokens;
  for (const auto& [name, content] : spec.special_tokens) contents.push_back(content);
  for (AddedToken& token : spec.added_tokens) {
    if (std::find(contents.begin(), contents.end(), token.content) == contents.end()) continue;
    const int32_t id = token.id;
    token = {.content = token.content, .normalized = false, .special = true, .id = id};
  }
}

// Throws if the folder lacks a file that its class reads.
void need_file(const Folder& folder, const TokenizerSpec& spec, const std::string& name) {
  if (folder.has(name)) return;
  throw Error(ErrorKind::kIo,
              fmt::format("{}: a {} needs {} or tokenizer.json", folder.path.string(), spec.tokenizer_class, name),
              "copy the tokenizer's files into the folder");
}

// Reads the vocabulary of a folder with a SentencePiece model or a rank file.
void read_model_file(const Folder& folder, const std::string& file, TokenizerSpec& spec) {
  need_file(folder, spec, file);
  const std::string& bytes = folder.files.at(file);
  spec.source = folder.source(file);
  spec.has_model_file = true;
  spec.adds_bos = bool_field(folder.config, "add_bos_token", false, folder.config_source);
  spec.adds_eos = bool_field(folder.config, "add_eos_token", false, folder.config_source);
  if (file == "tiktoken.model" || (file == "tokenizer.model" && is_rank_file(bytes))) {
    convert_ranks(parse_rank_file(bytes, spec.source), folder.config, spec);
    return;
  }
  const SentencePieceFile model = parse_sentence_piece_file(bytes, spec.source);
  spec.model_tokens = added_pieces(model);
  if (spec.class_row == nullptr) {
    convert_without_class(model, folder.config, spec);
  } else {
    spec.class_row->convert(model, folder.config, spec);
  }
}

// Returns the file of a folder without tokenizer.json whose class is not in the table; empty if it has none.
std::string file_without_class(const Folder& folder, const TokenizerSpec& spec) {
  if (spec.tokenizer_class != kNoClass && spec.tokenizer_class != "PreTrainedTokenizerFast") return "";
  for (const char* name : {"tokenizer.model", "tiktoken.model"}) {
    if (folder.has(name)) return name;
  }
  return "";
}

std::string known_classes() {
  std::vector<std::string_view> names;
  for (const TokenizerClassRow& row : tokenizer_classes()) {
    names.push_back(row.name);
    names.insert(names.end(), row.other_names.begin(), row.other_names.end());
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

// Reads the vocabulary of a folder without tokenizer.json.
void read_plain_vocabulary(const Folder& folder, TokenizerSpec& spec) {
  if (spec.tokenizer_class.empty() && folder.has("vocab.txt")) spec.tokenizer_class = "BertTokenizer";
  if (spec.tokenizer_class.empty() && folder.has("vocab.json")) spec.tokenizer_class = "GPT2Tokenizer";
  if (spec.tokenizer_class.empty()) {
    throw Error(ErrorKind::kInput, fmt::format("{}: no file names the class of the tokenizer", folder.path.string()),
                "write {\"tokenizer_class\": \"T5Tokenizer\"} or another class to its tokenizer_config.json");
  }
  spec.class_row = find_tokenizer_class(spec.tokenizer_class);
  const std::string other_file = file_without_class(folder, spec);
  if (!other_file.empty()) return read_model_file(folder, other_file, spec);
  if (spec.class_row == nullptr) {
    throw Error(
        ErrorKind::kUnsupported,
        fmt::format("{}: a {} without a tokenizer.json", folder.config_source, spec.tokenizer_class),
        "write one with transformers: AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER); from other "
        "files hone reads these classes only: " +
            known_classes());
  }
  const std::string file(spec.class_row->vocabulary_file);
  if (spec.class_row->convert != nullptr) return read_model_file(folder, file, spec);
  need_file(folder, spec, file);
  spec.source = folder.source(file);
  if (file == "vocab.txt") {
    spec.vocabulary = parse_vocabulary_text(folder.files.at(file), spec.source);
    return;
  }
  need_file(folder, spec, "merges.txt");
  spec.vocabulary = parse_vocabulary_json(folder.files.at(file), spec.source);
  spec.merges = parse_merges_text(folder.files.at("merges.txt"), folder.source("merges.txt"));
}

// Returns the charsmap of a tokenizer.json in base64; empty if it has none.
std::string charsmap_of(const Json& normalizer, const std::string& source) {
  const Json parts = normalizer.is_object() ? normalizer.value("normalizers", Json::array({normalizer})) : Json();
  for (const Json& part : parts) {
    if (part.is_object() && part.value("type", Json()) == "Precompiled") {
      return string_field(part, "precompiled_charsmap", "", source);
    }
  }
  return "";
}

void read_vocabulary(const Folder& folder, TokenizerSpec& spec) {
  spec.has_tokenizer_json = folder.has("tokenizer.json");
  if (!spec.has_tokenizer_json) return read_plain_vocabulary(folder, spec);
  spec.class_row = find_tokenizer_class(spec.tokenizer_class);
  spec.source = folder.source("tokenizer.json");
  parse_tokenizer_json(folder.files.at("tokenizer.json"), spec.source, spec);
  spec.charsmap = charsmap_of(spec.normalizer, spec.source);
}

// transformers does not clean up the text of BPE, unless a setting with a long name asks for it.
bool cleans_up_spaces(const Folder& folder, const TokenizerSpec& spec) {
  if (!bool_field(folder.config, "clean_up_tokenization_spaces", false, folder.config_source)) return false;
  return spec.model.value("type", Json()) != "BPE" ||
         bool_field(folder.config, "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output", false,
                    folder.config_source);
}

}  // namespace

bool has_tokenizer(const fs::path& folder) {
  return std::ranges::any_of(kVocabularyFiles, [&](const char* name) { return fs::exists(folder / name); });
}

TokenizerSpec read_tokenizer_folder(const fs::path& model_dir) {
  Folder folder = read_files(model_dir);
  merge_legacy_files(folder);
  TokenizerSpec spec;
  spec.tokenizer_class = tokenizer_class(folder);
  read_vocabulary(folder, spec);
  collect_listed_tokens(folder, spec);
  const size_t num_listed = spec.added_tokens.size();
  collect_special_tokens(folder, spec);
  collect_extra_tokens(folder, num_listed, spec);
  make_special_tokens_plain(spec);
  if (spec.class_row != nullptr) spec.class_row->use_parts(folder.config, folder.config_source, spec);
  spec.model_max_length = model_max_length(folder);
  const bool has_class_side = spec.class_row != nullptr && spec.class_row->padding_side == Side::kLeft;
  spec.padding_side = side(folder, "padding_side", has_class_side ? Side::kLeft : spec.padding_side);
  spec.truncation_side = side(folder, "truncation_side", spec.truncation_side);
  spec.clean_up_spaces = cleans_up_spaces(folder, spec);
  spec.files = std::move(folder.files);
  return spec;
}

}  // namespace hone::text
