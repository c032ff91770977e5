// Tiny models and rows for tests that run the program.
#pragma once

#include <nlohmann/json.hpp>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "cli/process.h"
#include "temporary_folder.h"

namespace hone {

// A model folder of tests/fixtures/models: labels NEGATIVE, NEUTRAL, POSITIVE, at most 40 tokens a row.
inline std::string tiny_model(const std::string& name = "tiny-bert") {
  return std::string(HONE_SOURCE_DIR) + "/tests/fixtures/models/" + name;
}

// A small language model, if ../shared/models is there.
inline std::string tiny_story_model() {
  return std::string(HONE_SOURCE_DIR) + "/../shared/models/tinystories-656k-llama";
}

// Copies it into the folder, with the table of words under the name that its body gives it: the file has only that of
// the head that shares it. Returns the path.
inline std::string copy_story_model(const TemporaryFolder& folder) {
  const std::filesystem::path copy = folder.path() / "story-model";
  std::filesystem::create_directory(copy);
  for (const char* file : {"config.json", "tokenizer.json", "tokenizer_config.json"}) {
    std::filesystem::copy(std::filesystem::path(tiny_story_model()) / file, copy / file);
  }
  const std::string weights = read_file(tiny_story_model() + "/model.safetensors");
  uint64_t size = 0;
  std::memcpy(&size, weights.data(), sizeof(size));
  Json header = parse_json(weights.substr(sizeof(size), size), "header");
  header["model.embed_tokens.weight"] = header["lm_head.weight"];
  header.erase("lm_head.weight");
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');
  const uint64_t new_size = text.size();
  std::string written(reinterpret_cast<const char*>(&new_size), sizeof(new_size));
  std::ofstream(copy / "model.safetensors", std::ios::binary) << written + text + weights.substr(sizeof(size) + size);
  return copy.string();
}

// Returns `count` short reviews as csv, with alternating labels.
inline std::string reviews(int count, const std::vector<std::string>& labels = {"NEGATIVE", "NEUTRAL", "POSITIVE"}) {
  const char* const words[] = {"bad and awful", "a scene in time", "good, very good", "boring", "it is a plot", "fun"};
  std::string text = "text,label\n";
  for (int row = 0; row < count; ++row) {
    const auto id = static_cast<size_t>(row) % labels.size();
    text += "\"the movie was " + std::string(words[(id + (row % 7 == 0 ? 3 : 0)) % 6]) + "\"," + labels[id] + "\n";
  }
  return text;
}

// Copies a tiny model into the folder, except for the files in `without`; returns the path.
inline std::filesystem::path copy_model(const TemporaryFolder& folder, const std::vector<std::string>& without = {},
                                        const std::string& name = "tiny-bert") {
  const std::filesystem::path copy = folder.path() / "model";
  std::filesystem::create_directory(copy);
  for (const char* file : {"config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json"}) {
    if (std::find(without.begin(), without.end(), file) != without.end()) continue;
    std::filesystem::copy(std::filesystem::path(tiny_model(name)) / file, copy / file);
  }
  return copy;
}

inline std::vector<Json> json_lines(const std::string& text) {
  std::vector<Json> lines;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines.push_back(parse_json(text.substr(begin, end - begin), "line"));
    begin = end + 1;
  }
  return lines;
}

// Returns the arguments of `hone train` on one thread: those that every test uses, then these.
inline std::vector<std::string> train_arguments(const std::string& model, const std::filesystem::path& output,
                                                const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"train", "--model", model, "--output-dir", output.string(), "--num-threads=1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

}  // namespace hone
