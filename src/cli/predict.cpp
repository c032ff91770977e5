// hone predict: labels and scores of texts or of a file's rows.
#include <nlohmann/json.hpp>

#include "base/log.h"
#include "cli/library.h"
#include "cli/predict_options.h"
#include "cli/text_input.h"
#include "eval/classifier.h"
#include "eval/prediction.h"
#include "table/writer.h"
#include "task/features.h"
#include "tensor/compute.h"

namespace hone::cli {

namespace {

text::EncodeOptions cut_at(size_t max_length) {
  text::EncodeOptions options;
  options.max_length = max_length;
  return options;
}

std::string as_text(const eval::Prediction& prediction, const std::vector<std::string>& labels) {
  const auto best = static_cast<size_t>(prediction.label);
  std::string text = fmt::format("{}  {:.4f}", labels[best], prediction.scores[best]);
  if (labels.size() < 2) return text + "\n";
  text += "  (";
  size_t shown = 0;
  for (size_t id = 0; id < labels.size() && shown < 10; ++id) {
    if (id != best) text += fmt::format("{}{} {:.4f}", shown++ == 0 ? "" : ", ", labels[id], prediction.scores[id]);
  }
  return text + (shown + 1 < labels.size() ? ", ...)\n" : ")\n");
}

void predict_texts(const eval::Classifier& classifier, const PredictOptions& options) {
  const text::EncodeOptions encode = cut_at(classifier.max_length);
  for (const std::string& text : options.texts.text) {
    task::Features features;
    const text::Encoding encoding = options.texts.text_pair.empty()
                                        ? classifier.tokenizer.encode(text, encode)
                                        : classifier.tokenizer.encode_pair(text, options.texts.text_pair, encode);
    if (encoding.num_cut > 0) {
      log_warning("the text is longer than {} tokens; the last {} were cut", classifier.max_length, encoding.num_cut);
    }
    features.add(encoding);
    const eval::Prediction prediction =
        eval::predict(classifier, features, [](uint64_t) {}, options.function_to_apply).front();
    print(options.json ? eval::prediction_json(prediction, classifier.labels).dump() + "\n"
                       : as_text(prediction, classifier.labels));
  }
}

std::vector<std::string> output_columns(table::RowFormat format, const std::vector<std::string>& labels) {
  std::vector<std::string> columns = {"label", "score"};
  if (format == table::RowFormat::kCsv) {
    for (const std::string& label : labels) columns.push_back("score_" + label);
  }
  return columns;
}

void write_prediction(table::RowWriter& writer, table::RowFormat format, const eval::Prediction& prediction,
                      const std::vector<std::string>& labels) {
  const Json json = eval::prediction_json(prediction, labels);
  if (format == table::RowFormat::kJsonLines) {
    writer.write_json(json.dump());
    return;
  }
  std::vector<table::Value> values = {json["label"].get<std::string>(), json["score"].get<double>()};
  for (const auto& [label, score] : json["scores"].items()) values.emplace_back(score.get<double>());
  writer.write(values);
}

void predict_file(const eval::Classifier& classifier, const PredictOptions& options) {
  const table::RowFormat format = table::row_format(options.texts.output);
  table::RowWriter writer(options.texts.output, format, output_columns(format, classifier.labels));
  uint64_t num_cut_rows = 0;
  const auto write = [&](const task::Features& features) {
    num_cut_rows += features.num_cut_rows;
    for (const eval::Prediction& prediction :
         eval::predict(classifier, features, [](uint64_t) {}, options.function_to_apply)) {
      write_prediction(writer, format, prediction, classifier.labels);
    }
  };
  for_each_block(options.texts, classifier.tokenizer, {classifier.max_length, "predicting", true}, write);
  writer.commit();
  if (num_cut_rows > 0) {
    log_warning("{} of {} rows are longer than {} tokens and were cut", num_cut_rows, writer.rows(),
                classifier.max_length);
  }
  log_info("wrote {} rows to {}", writer.rows(), options.texts.output.string());
}

}  // namespace

int run_predict(const options::Parsed<PredictOptions>& parsed) {
  const PredictOptions& options = parsed.options;
  check_text_input(options.texts, "predict");
  const tensor::Compute compute = tensor::prepare_compute(options.compute);
  const eval::Classifier classifier =
      eval::load_trained_classifier(options.model.model_name_or_path, options.model.max_seq_length);
  classifier.model->set_compute(compute);
  if (options.texts.file.empty()) {
    predict_texts(classifier, options);
  } else {
    predict_file(classifier, options);
  }
  return 0;
}

}  // namespace hone::cli
