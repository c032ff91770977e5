// Reads the tokenizer files of a model folder by the rules of AutoTokenizer in transformers 5. Note: for the classes of
// tokenizer_classes.h, tokenizer.json provides only the vocabulary, the merges and the added tokens. The rest comes
// from tokenizer_config.json or from the defaults of the class.
#include <algorithm>
#include <cmath>

#include "base/files.h"
#include "text/json_fields.h"
#include "text/tokenizer_classes.h"

namespace hone::text {

namespace {

namespace fs = std::filesystem;

constexpr const char* kFiles[] = {
    "tokenizer.json",          "vocab.txt",        "vocab.json", "merges.txt", "tokenizer_config.json",
    "special_tokens_map.json", "added_tokens.json"};

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
  if (!folder.has("tokenizer.json") && !folder.has("vocab.txt") && !folder.has("vocab.json")) {
    throw Error(ErrorKind::kIo, fmt::format("{}: no tokenizer.json and no vocab.txt or vocab.json", path.string()),
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

std::string tokenizer_class(const Folder& folder) {
  std::string name = string_field(folder.config, "tokenizer_class", "", folder.config_source);
  const fs::path config_path = folder.path / "config.json";
  if (fs::exists(config_path)) {
    const Json config = read_json(config_path);
    if (name.empty()) name = string_field(config, "tokenizer_class", "", config_path.string());
    const std::string model_type = string_field(config, "model_type", "", config_path.string());
    const TokenizerClassRow* row = find_tokenizer_class_of_model(model_type);
    if (name.empty() && row != nullptr) name = row->name;
    for (const auto& [model, fixed_class] : kFixedClasses) name = model == model_type ? fixed_class : name;
  }
  if (name.ends_with("Fast") && name != "PreTrainedTokenizerFast") name.resize(name.size() - 4);
  return name;
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
      add_once(spec.added_tokens, special_token(value, named->second, folder.config_source));
    }
  }
}

// The older name applies only if the newer one has no value.
void collect_extra_tokens(const Folder& folder, TokenizerSpec& spec) {
  for (const char* key : {"extra_special_tokens", "additional_special_tokens"}) {
    if (!spec.extra_special_tokens.empty()) return;
    const auto list = folder.config.find(key);
    if (list == folder.config.end() || !(list->is_array() || list->is_object())) continue;
    for (const Json& value : *list) {
      const std::string content = token_content(value, key, folder.config_source);
      if (content.empty()) continue;
      spec.extra_special_tokens.push_back(content);
      add_once(spec.added_tokens, special_token(value, content, folder.config_source));
    }
  }
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

// Reads the vocabulary of a folder without tokenizer.json.
void read_plain_vocabulary(const Folder& folder, TokenizerSpec& spec) {
  if (spec.tokenizer_class.empty()) spec.tokenizer_class = folder.has("vocab.txt") ? "BertTokenizer" : "GPT2Tokenizer";
  spec.class_row = find_tokenizer_class(spec.tokenizer_class);
  if (spec.class_row == nullptr) {
    std::string known;
    for (const TokenizerClassRow& row : tokenizer_classes()) known += fmt::format(" {},", row.name);
    known.pop_back();
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: a {} without a tokenizer.json", folder.config_source, spec.tokenizer_class),
                "from other files hone reads these classes only:" + known);
  }
  const std::string file(spec.class_row->vocabulary_file);
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

void read_vocabulary(const Folder& folder, TokenizerSpec& spec) {
  spec.has_tokenizer_json = folder.has("tokenizer.json");
  if (!spec.has_tokenizer_json) return read_plain_vocabulary(folder, spec);
  spec.class_row = find_tokenizer_class(spec.tokenizer_class);
  spec.source = folder.source("tokenizer.json");
  parse_tokenizer_json(folder.files.at("tokenizer.json"), spec.source, spec);
}

}  // namespace

TokenizerSpec read_tokenizer_folder(const fs::path& model_dir) {
  Folder folder = read_files(model_dir);
  merge_legacy_files(folder);
  TokenizerSpec spec;
  spec.tokenizer_class = tokenizer_class(folder);
  read_vocabulary(folder, spec);
  collect_listed_tokens(folder, spec);
  collect_special_tokens(folder, spec);
  collect_extra_tokens(folder, spec);
  make_special_tokens_plain(spec);
  if (spec.class_row != nullptr) spec.class_row->use_parts(folder.config, folder.config_source, spec);
  spec.model_max_length = model_max_length(folder);
  spec.padding_side = side(folder, "padding_side", spec.padding_side);
  spec.truncation_side = side(folder, "truncation_side", spec.truncation_side);
  spec.clean_up_spaces = bool_field(folder.config, "clean_up_tokenization_spaces", false, folder.config_source);
  spec.files = std::move(folder.files);
  return spec;
}

}  // namespace hone::text
