// Folders of runs whose fault is known. Losses follow formulas, with a little noise that is the same each time.
#pragma once

#include <nlohmann/json.hpp>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "base/json.h"
#include "temporary_folder.h"

namespace hone {

struct MadeEvaluation {
  double loss = 0, accuracy = 0;
};

struct MadeRun {
  int64_t steps = 300, log_every = 10;
  std::function<double(double)> loss = [](double done) {
    return 0.1 + 0.6 * std::exp(-5 * done);
  };  // of the share done
  std::function<double(double)> norm = [](double) { return 2.0; };
  std::vector<MadeEvaluation> evaluations = {{0.35, 0.86}, {0.30, 0.89}, {0.295, 0.90}};  // equally spaced
  std::vector<std::vector<int>> matrix = {{460, 40}, {60, 440}};                          // of the last evaluation
  uint64_t num_eval_rows = 1000;
  Json options = Json::object();  // over the defaults
  Json facts = Json::object();    // over those of run.json

  static Json default_options() {
    return {{"num_train_epochs", 3.0},
            {"max_steps", -1},
            {"learning_rate", 5e-5},
            {"weight_decay", 0.0},
            {"label_smoothing_factor", 0.0},
            {"focal_gamma", 0.0},
            {"class_weights", Json::array()},
            {"config_overrides", Json::array()},
            {"warmup_steps", 0.0},
            {"warmup_ratio", nullptr},
            {"max_grad_norm", 1.0},
            {"gradient_accumulation_steps", 1},
            {"per_device_train_batch_size", 8},
            {"freeze", Json::array()},
            {"early_stopping_patience", nullptr},
            {"load_best_model_at_end", false},
            {"metric_for_best_model", ""},
            {"validation_file", Json::array()},
            {"validation_split", 0.1},
            {"logging_steps", 10.0},
            {"seed", 42}};
  }

  Json record() const {
    Json json = {{"format", 1},
                 {"state", "finished"},
                 {"step", steps},
                 {"total_steps", steps},
                 {"epoch", 3.0},
                 {"num_train_epochs", 3.0},
                 {"task", "text-classification"},
                 {"model_class", "BertForSequenceClassification"},
                 {"precision", "fp32"},
                 {"labels", {"NEGATIVE", "POSITIVE"}},
                 {"num_train_rows", 800},
                 {"num_eval_rows", num_eval_rows},
                 {"evaluation_rows", "held-out"}};
    json.update(facts);
    json["options"] = default_options();
    json["options"].update(options);
    return json;
  }

  double epoch_of(int64_t step) const { return 3.0 * static_cast<double>(step) / static_cast<double>(steps); }

  std::string log() const {
    std::string lines;
    for (int64_t step = log_every; step <= steps; step += log_every) {
      const double done = static_cast<double>(step) / static_cast<double>(steps);
      const double noise = 1 + 0.04 * std::sin(static_cast<double>(step) * 1.7);
      const double value = loss(done) * noise;
      Json entry = {{"loss", std::isfinite(value) ? Json(value) : Json()}, {"grad_norm", norm(done) * noise}};
      entry.update({{"learning_rate", 1e-5}, {"epoch", epoch_of(step)}, {"step", step}});
      lines += entry.dump() + "\n";
    }
    for (size_t i = 0; i < evaluations.size(); ++i) {
      const int64_t step = step_of(i);
      lines += Json({{"eval_loss", evaluations[i].loss},
                     {"eval_accuracy", evaluations[i].accuracy},
                     {"epoch", epoch_of(step)},
                     {"step", step}})
                   .dump() +
               "\n";
    }
    return lines;
  }

  int64_t step_of(size_t evaluation) const {
    return steps * static_cast<int64_t>(evaluation + 1) / static_cast<int64_t>(evaluations.size());
  }

  // Writes the folder and returns its path.
  std::filesystem::path write(const TemporaryFolder& folder, const std::string& name = "run") const {
    folder.write(name + "/run.json", record().dump());
    folder.write(name + "/metrics.jsonl", log());
    if (!evaluations.empty()) {
      const int64_t step = step_of(evaluations.size() - 1);
      Json labels = Json::array();
      for (size_t i = 0; i < matrix.size(); ++i) labels.push_back("label " + std::to_string(i));
      const Json panel = {{"kind", "matrix"},
                          {"name", "confusion_matrix"},
                          {"title", "Confusion matrix"},
                          {"data", {{"labels", labels}, {"counts", matrix}}}};
      folder.write(name + "/evaluations/" + std::to_string(step) + ".json",
                   Json({{"format", 2}, {"step", step}, {"panels", {panel}}}).dump());
    }
    return folder.path() / name;
  }
};

// The made runs, each with the ids of the diagnoses that it must get.
struct KnownRun {
  std::string name;
  std::vector<std::string> diagnoses;
  MadeRun run;
};

inline std::vector<KnownRun> known_runs() {
  const auto falling = [](double floor, double speed) {
    return [=](double done) { return floor + (0.69 - floor) * std::exp(-speed * done); };
  };
  const auto flat = [](double) { return 0.69; };
  std::vector<KnownRun> runs;
  const auto add = [&](std::string name, std::vector<std::string> diagnoses, MadeRun run) {
    runs.push_back({std::move(name), std::move(diagnoses), std::move(run)});
  };
  const double nan = std::nan("");
  add("healthy, three epochs", {}, {});
  add("healthy, twelve evaluations", {},
      {.loss = falling(0.15, 8),
       .evaluations = {{.50, .75},
                       {.40, .82},
                       {.34, .86},
                       {.31, .88},
                       {.30, .885},
                       {.295, .89},
                       {.29, .89},
                       {.288, .892},
                       {.287, .893},
                       {.287, .893},
                       {.288, .893},
                       {.287, .894}}});
  add("over-fitting, three epochs", {"over_fitting"},
      {.loss = falling(0.005, 6), .evaluations = {{.32, .88}, {.38, .88}, {.55, .87}}});
  add("over-fitting, ten epochs, training loss not logged until late", {"over_fitting"},
      {.log_every = 300,
       .loss = falling(0.01, 9),
       .evaluations = {{.45, .8}, {.40, .84}, {.39, .85}, {.42, .85}, {.47, .85}, {.55, .84}, {.63, .84}, {.7, .84}}});
  add("under-fitting: nothing learned", {"under_fitting"},
      {.loss = flat, .evaluations = {{.693, .5}, {.693, .51}, {.692, .5}}, .matrix = {{500, 0}, {500, 0}}});
  add("under-fitting: a rate that destroyed the checkpoint", {"under_fitting"},
      {.loss = flat,
       .evaluations = {{.693, .5}, {.694, .5}, {.693, .5}},
       .matrix = {{500, 0}, {500, 0}},
       .options = {{"learning_rate", 5e-4}}});
  add("under-fitting: frozen body, five labels", {"under_fitting"},
      {.loss = [](double done) { return 1.62 - 0.15 * done; },
       .evaluations = {{1.58, .25}, {1.53, .27}, {1.5, .29}},
       .matrix = {{60, 40, 40, 30, 30},
                  {40, 60, 40, 30, 30},
                  {30, 40, 60, 40, 30},
                  {30, 30, 40, 60, 40},
                  {30, 30, 40, 50, 50}},
       .options = {{"freeze", {"all-but-head"}}}});
  add("unstable: the loss is not a number", {"unstable"},
      {.loss = [=](double done) { return done > 0.5 && done < 0.55 ? nan : 0.15 + 0.5 * std::exp(-6 * done); }});
  add("unstable: spikes, and an end that is worse", {"unstable"},
      {.loss =
           [](double done) {
             return done > 0.6 ? 0.68 : (done > 0.4 && done < 0.44) ? 1.9 : 0.2 + 0.5 * std::exp(-9 * done);
           },
       .norm = [](double done) { return done > 0.4 && done < 0.44 ? 90.0 : 3.0; },
       .evaluations = {{.30, .88}, {.68, .52}, {.69, .5}},
       .matrix = {{250, 250}, {250, 250}},
       .options = {{"learning_rate", 1e-3}, {"max_grad_norm", 0.0}}});
  add("too short: one epoch, three evaluations", {"too_short"},
      {.loss = falling(0.1, 1.5), .evaluations = {{.6, .68}, {.5, .77}, {.41, .82}}});
  add("too short: no evaluations, by steps", {"too_short", "not_evaluated"},
      {.loss = falling(0.05, 2.5), .evaluations = {}, .options = {{"max_steps", 300}, {"validation_split", 0.0}}});
  add("ignored: a rare label is never predicted", {"ignored_class"},
      {.matrix = {{480, 20, 0}, {30, 430, 0}, {30, 10, 0}}});
  add("ignored: hardly any row of a label is found", {"ignored_class"}, {.matrix = {{890, 10}, {95, 5}}});
  add("noisy: forty rows", {"noisy_validation"},
      {.evaluations = {{.36, .85}, {.33, .875}, {.32, .85}}, .matrix = {{17, 3}, {3, 17}}, .num_eval_rows = 40});
  add("noisy: a hundred rows, the accuracy jumps about", {"noisy_validation"},
      {.evaluations = {{.5, .78}, {.47, .83}, {.46, .79}, {.455, .82}, {.45, .80}},
       .matrix = {{40, 10}, {10, 40}},
       .num_eval_rows = 100});
  add("test rows: the best model was kept", {"test_rows_chose"},
      {.options = {{"load_best_model_at_end", true}, {"validation_split", 0.0}},
       .facts = {{"evaluation_rows", "test"}}});
  add("test rows: they ended the run", {"test_rows_chose"},
      {.options = {{"early_stopping_patience", 2}, {"validation_split", 0.0}},
       .facts = {{"evaluation_rows", "test"}, {"total_steps", 900}}});
  return runs;
}

}  // namespace hone
