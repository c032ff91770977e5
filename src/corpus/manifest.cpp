#include "corpus/manifest.h"

#include "base/checked.h"
#include "base/error.h"
#include "base/files.h"
#include "base/sha256.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view kFormat = "hone corpus";
constexpr uint64_t kVersion = 1;
constexpr uint64_t kMaxCount = uint64_t{1} << 48;  // documents or tokens of a shard: their bytes do not overflow

Error malformed(const std::string& source, std::string_view what) {
  return Error(ErrorKind::kInput, fmt::format("{}: {}", source, what), std::string(kMakeAgain));
}

const Json& member(const Json& object, const char* key, const std::string& source) {
  const auto found = object.find(key);
  if (found == object.end()) throw malformed(source, fmt::format("\"{}\" is missing", key));
  return *found;
}

uint64_t count_of(const Json& object, const char* key, const std::string& source, uint64_t limit = kMaxCount) {
  const Json& value = member(object, key, source);
  if (!value.is_number_unsigned() || value.get<uint64_t>() > limit) {
    throw malformed(source, fmt::format("\"{}\" is {}, not a count of at most {}", key, value.dump(), limit));
  }
  return value.get<uint64_t>();
}

std::string text_of(const Json& object, const char* key, const std::string& source) {
  const Json& value = member(object, key, source);
  if (!value.is_string()) throw malformed(source, fmt::format("\"{}\" is not a text", key));
  return value.get<std::string>();
}

const Json& list_of(const Json& object, const char* key, const std::string& source) {
  const Json& value = member(object, key, source);
  if (!value.is_array()) throw malformed(source, fmt::format("\"{}\" is not a list", key));
  for (const Json& item : value) {
    if (!item.is_object()) throw malformed(source, fmt::format("\"{}\" does not hold objects", key));
  }
  return value;
}

std::string_view id_type(const Manifest& manifest) { return manifest.id_bytes() == 2 ? "uint16" : "uint32"; }

Json to_json(const ShardRecord& shard) {
  return {{"num_documents", shard.num_documents},   {"num_tokens", shard.num_tokens},
          {"num_bytes", shard.num_bytes},           {"num_empty", shard.num_empty},
          {"num_duplicates", shard.num_duplicates}, {"end_file", shard.end.file},
          {"end_document", shard.end.document},     {"ids_sha256", shard.ids_sha256},
          {"offsets_sha256", shard.offsets_sha256}};
}

ShardRecord to_shard(const Json& json, const std::string& source) {
  ShardRecord shard;
  shard.num_documents = count_of(json, "num_documents", source);
  shard.num_tokens = count_of(json, "num_tokens", source);
  shard.num_bytes = count_of(json, "num_bytes", source);
  shard.num_empty = count_of(json, "num_empty", source);
  shard.num_duplicates = count_of(json, "num_duplicates", source);
  shard.end = {count_of(json, "end_file", source), count_of(json, "end_document", source)};
  shard.ids_sha256 = text_of(json, "ids_sha256", source);
  shard.offsets_sha256 = text_of(json, "offsets_sha256", source);
  if (shard.num_documents == 0) throw malformed(source, "a shard has no documents");
  return shard;
}

Manifest to_manifest(const Json& json, const std::string& source) {
  Manifest manifest;
  const Json& complete = member(json, "complete", source);
  if (!complete.is_boolean()) throw malformed(source, "\"complete\" is neither true nor false");
  manifest.is_complete = complete.get<bool>();
  manifest.tokenizer_sha256 = text_of(json, "tokenizer_sha256", source);
  manifest.vocab_size = static_cast<int64_t>(count_of(json, "vocab_size", source, INT32_MAX));
  manifest.settings = member(json, "settings", source);
  if (!manifest.settings.is_object()) throw malformed(source, "\"settings\" is not an object");
  for (const Json& item : list_of(json, "sources", source)) {
    const Json& modified = member(item, "modified", source);
    if (!modified.is_number_integer()) throw malformed(source, "\"modified\" is not an integer");
    manifest.sources.push_back(
        {text_of(item, "path", source), count_of(item, "size", source, UINT64_MAX), modified.get<int64_t>()});
  }
  for (const Json& item : list_of(json, "shards", source)) manifest.shards.push_back(to_shard(item, source));
  if (const std::string type = text_of(json, "id_type", source); type != id_type(manifest)) {
    throw malformed(source, fmt::format("\"id_type\" is {}, but a vocabulary of {} tokens needs {}", type,
                                        manifest.vocab_size, id_type(manifest)));
  }
  manifest.totals();  // throws if the sums overflow
  return manifest;
}

void check_file_size(const fs::path& path, uint64_t num_items, size_t item_bytes) {
  std::error_code error;
  const uint64_t size = fs::file_size(path, error);
  if (error) throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", path.string(), error.message()));
  const uint64_t wanted = checked_multiply(num_items, uint64_t{item_bytes}, "the size of a shard");
  if (size == wanted) return;
  throw Error(ErrorKind::kInput,
              fmt::format("{} {}: it has {} bytes, but its manifest says {} ({} x {})", path.string(),
                          size < wanted ? "is truncated" : "is too long", size, wanted, num_items, item_bytes),
              std::string(kMakeAgain));
}

}  // namespace

bool SourceFile::is_same_as(const SourceFile& other) const {
  return fs::path(path).filename() == fs::path(other.path).filename() && size == other.size &&
         modified == other.modified;
}

std::vector<SourceFile> source_files(std::span<const fs::path> files) {
  std::vector<SourceFile> sources;
  for (const fs::path& file : files) {
    std::error_code error;
    SourceFile source{.path = file.string(), .size = fs::file_size(file, error)};
    if (!error) source.modified = fs::last_write_time(file, error).time_since_epoch().count();
    if (error) throw Error(ErrorKind::kIo, fmt::format("cannot open {}: {}", file.string(), error.message()));
    sources.push_back(std::move(source));
  }
  return sources;
}

ShardRecord Manifest::totals() const {
  ShardRecord sum;
  for (const ShardRecord& shard : shards) {
    sum.num_documents = checked_add(sum.num_documents, shard.num_documents, "the number of documents");
    sum.num_tokens = checked_add(sum.num_tokens, shard.num_tokens, "the number of tokens");
    sum.num_bytes = checked_add(sum.num_bytes, shard.num_bytes, "the number of bytes");
    sum.num_empty = checked_add(sum.num_empty, shard.num_empty, "the number of documents");
    sum.num_duplicates = checked_add(sum.num_duplicates, shard.num_duplicates, "the number of documents");
  }
  return sum;
}

fs::path ids_path(const fs::path& folder, size_t shard) { return folder / fmt::format("shard-{:05}.ids", shard); }

fs::path offsets_path(const fs::path& folder, size_t shard) {
  return folder / fmt::format("shard-{:05}.offsets", shard);
}

bool is_corpus(const fs::path& folder) {
  try {
    const Json json = read_json(folder / kManifestName);
    return json.is_object() && json.value("format", Json()) == kFormat;
  } catch (const Error&) {
    return false;
  }
}

Manifest read_manifest(const fs::path& folder, ShardCheck check) {
  if (!fs::is_directory(folder)) {
    throw Error(ErrorKind::kIo, fmt::format("there is no folder {}", folder.string()), "check the path");
  }
  const std::string source = (folder / kManifestName).string();
  const Json json = fs::exists(source) ? read_json(source) : Json();
  if (!json.is_object() || json.value("format", Json()) != kFormat) {
    throw Error(ErrorKind::kInput,
                fmt::format("{} is not a corpus: {} {}", folder.string(), kManifestName,
                            fs::exists(source) ? "comes from another program" : "is missing"),
                "make a corpus with hone data tokenize");
  }
  if (const uint64_t version = count_of(json, "version", source); version > kVersion) {
    throw Error(ErrorKind::kUnsupported,
                fmt::format("{}: version {} of the format is newer than {}", source, version, kVersion),
                "use a newer hone");
  }
  Manifest manifest = to_manifest(json, source);
  if (check == ShardCheck::kNone) return manifest;
  for (size_t i = 0; i < manifest.shards.size(); ++i) {
    check_file_size(ids_path(folder, i), manifest.shards[i].num_tokens, manifest.id_bytes());
    check_file_size(offsets_path(folder, i), manifest.shards[i].num_documents + 1, sizeof(uint64_t));
  }
  return manifest;
}

void write_manifest(const fs::path& folder, const Manifest& manifest) {
  Json sources = Json::array(), shards = Json::array();
  for (const SourceFile& source : manifest.sources) {
    sources.push_back({{"path", source.path}, {"size", source.size}, {"modified", source.modified}});
  }
  for (const ShardRecord& shard : manifest.shards) shards.push_back(to_json(shard));
  write_json(folder / kManifestName, {{"format", kFormat},
                                      {"version", kVersion},
                                      {"complete", manifest.is_complete},
                                      {"tokenizer_sha256", manifest.tokenizer_sha256},
                                      {"vocab_size", manifest.vocab_size},
                                      {"id_type", id_type(manifest)},
                                      {"settings", manifest.settings},
                                      {"sources", std::move(sources)},
                                      {"shards", std::move(shards)}});
}

std::string damage_of_shard(const fs::path& folder, const Manifest& manifest, size_t shard) {
  const ShardRecord& record = manifest.shards[shard];
  for (const auto& [path, expected] : {std::pair(ids_path(folder, shard), record.ids_sha256),
                                       std::pair(offsets_path(folder, shard), record.offsets_sha256)}) {
    if (!fs::exists(path)) return fmt::format("{} is missing", path.string());
    if (sha256_file(path) != expected) {
      return fmt::format("{} has another sha256 than {} says", path.string(), kManifestName);
    }
  }
  return "";
}

}  // namespace hone::corpus
