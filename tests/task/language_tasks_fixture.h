// Reads language_tasks.json (tests/fixtures/make_language_task_fixture.py), and the models that it is about.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/json.h"
#include "model/load.h"
#include "task/prompt.h"

namespace hone {

inline Json language_tasks_fixture() {
  return parse_json(read_file(HONE_SOURCE_DIR "/tests/fixtures/language_tasks.json"), "language_tasks.json");
}

inline std::filesystem::path story_model_folder() {
  return std::filesystem::path(HONE_SOURCE_DIR) / ".." / "shared" / "models" / "tinystories-656k-llama";
}

// Says so if the model is not here.
inline bool lacks_story_model() {
  if (std::filesystem::exists(story_model_folder())) return false;
  MESSAGE("skipped: ../shared/models is not here");
  return true;
}

inline std::shared_ptr<model::Model> language_model(const std::filesystem::path& folder) {
  model::ModelRequest request;
  request.model_dir = folder;
  request.head = "causal-lm";
  return model::load_model(request).model;
}

inline task::PromptOptions prompt_options(const Json& prompt) {
  task::PromptOptions options;
  options.prompt = prompt["prompt"].get<std::string>();
  options.labels = prompt["labels"].get<std::vector<std::string>>();
  return options;
}

inline std::vector<task::Shot> shots_of(const Json& prompt) {
  std::vector<task::Shot> shots;
  for (const Json& shot : prompt.value("shots", Json::array())) {
    shots.push_back({shot[0].get<std::string>(), std::nullopt, shot[1].get<std::string>()});
  }
  return shots;
}

}  // namespace hone
