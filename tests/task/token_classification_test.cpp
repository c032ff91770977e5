#include "task/token_classification.h"

#include <doctest/doctest.h>

#include <cmath>

#include "captured_log.h"
#include "eval/metrics_fixture.h"
#include "expect_error.h"
#include "model/load.h"
#include "table/read.h"
#include "task/outputs.h"
#include "task/splits.h"
#include "task/tag_decoding.h"
#include "task/token_examples.h"

namespace token_classification_test {

using namespace hone;

using Texts = std::vector<std::string>;

const std::filesystem::path kModel = fixtures() / "models" / "tiny-bert";

struct Chosen {
  std::unique_ptr<task::Task> task;
  task::TrainingRows rows;
  std::string log;
  text::Tokenizer tokenizer = text::Tokenizer::load(kModel);

  std::unique_ptr<task::Examples> examples(size_t max_length = 40, const task::LongText& long_text = {}) const {
    return task->examples(rows.train, "rows", {tokenizer, tokenizer.vocab_size(), max_length, long_text});
  }
  Texts labels() const { return task->facts()["labels"].get<Texts>(); }
};

struct Given {
  task::TaskOptions options = {};
  model::ModelConfig config = {};
  task::Purpose purpose = task::Purpose::kTrain;
  std::string validation = {};  // lines of a second file
};

// The rows of a file, adopted by token classification.
Chosen chosen(const std::string& lines, Given given = {}, const std::string& name = "train.jsonl") {
  const TemporaryFolder folder;
  Chosen made;
  made.log = captured_log([&] {
    task::SplitRequest request{.rows = given.options.rows, .train_file = {folder.write(name, lines).string()}};
    if (!given.validation.empty()) {
      request.validation_file = {folder.write("validation.jsonl", given.validation).string()};
    }
    made.task = task::find_task("token-classification").make(given.options, given.config, given.purpose);
    made.rows = task::choose_training_rows(task::read_splits(request), request, *made.task);
  });
  return made;
}

Error refused(const std::string& lines, const Given& given = {}, const std::string& name = "train.jsonl") {
  return expect_error([&] { chosen(lines, given, name); });
}

Given trained(const Texts& labels) {
  Given given{.purpose = task::Purpose::kUseTrained};
  given.config.set_labels(labels);
  return given;
}

const char* const kConll = "good\tB-x\nmovie\tI-x\nis\tO\nfun\tB-y\n\nbad\tO\nplot\tO\n";

model::LoadedModel token_model(const Texts& labels) {
  model::ModelRequest request{kModel};
  request.head = "token";
  request.id2label = labels;
  request.ignore_mismatched_sizes = true;
  return model::load_model(request);
}

TEST_CASE("words with tags come from CoNLL files, and from lists in JSON") {
  const Chosen conll = chosen(kConll, {}, "train.conll");
  CHECK(conll.labels() == Texts{"B-x", "B-y", "I-x", "O"});
  CHECK(conll.task->facts()["entity_types"] == Json({"x", "y"}));
  CHECK(conll.task->facts()["tag_scheme"] == "BIO");
  CHECK(conll.task->card_phrase() == "to find: x, y");
  const auto examples = conll.examples();
  CHECK(examples->preview(0) == "[x: good movie; y: fun] \"good movie is fun\"");
  CHECK(examples->preview(1) == "[] \"bad plot\"");
  CHECK(examples->target_counts() == "x (1), y (1)");
  CHECK(examples->location(1).ends_with("train.conll:6"));
  const std::vector<uint64_t> rows = {0, 1};
  CHECK(examples->num_targets(rows, {}) == 6);
  CHECK(examples->describe(1)["text"] == "bad plot");
  const Chosen json = chosen(R"({"tokens": ["good", "fun"], "tags": ["B-x", "O"]})");
  CHECK(json.examples()->preview(0) == "[x: good] \"good fun\"");
}

TEST_CASE("a text with spans becomes BIO") {
  const Chosen made = chosen(R"({"text": "good movie, fun", "spans": [{"start": 0, "end": 10, "label": "x"}]})");
  CHECK(made.labels() == Texts{"B-x", "I-x", "O"});
  const auto examples = made.examples();
  CHECK(examples->preview(0) == "[x: good movie] \"good movie, fun\"");
  const std::vector<uint64_t> rows = {0};
  CHECK(examples->num_targets(rows, {}) == 4);
}

TEST_CASE("integers are ids of the user's names, and the config gets the names without a problem type") {
  const Chosen made = chosen(R"({"tokens": ["good", "fun"], "ner_tags": [1, 0]})", {.options = {.id2label = "O,B-x"}});
  CHECK(made.labels() == Texts{"O", "B-x"});
  CHECK(made.examples()->preview(0) == "[x: good] \"good fun\"");
  model::ModelConfig config;
  made.task->write_config(config);
  CHECK(config.labels() == Texts{"O", "B-x"});
  CHECK(config.problem_type().empty());
}

TEST_CASE("first tokens have targets, with label_all_tokens all tokens of a word") {
  const char* row = R"({"tokens": ["goodx", "fun"], "tags": ["B-x", "O"]})";  // good ##x fun
  const std::vector<uint64_t> rows = {0};
  CHECK(chosen(row).examples()->num_targets(rows, {}) == 2);
  const auto all = chosen(row, {.options = {.label_all_tokens = true}}).examples();
  CHECK(all->num_targets(rows, {}) == 3);
  CHECK(all->preview(0) == "[x: goodx; x: goodx] \"goodx fun\"");  // there is no I-x in these rows
}

TEST_CASE("I- without B- is accepted and counted, with the first row") {
  const Chosen made = chosen(
      "{\"tokens\": [\"a\", \"b\"], \"tags\": [\"B-x\", \"O\"]}\n{\"tokens\": [\"a\", \"b\"], \"tags\": [\"O\", "
      "\"I-x\"]}");
  CHECK(contains(made.log, "training rows: 1 tag with I- continues no entity, the first: "));
  CHECK(contains(made.log, "train.jsonl:2; each begins one, as transformers and seqeval count"));
  CHECK(made.examples()->target_counts() == "x (2)");
}

TEST_CASE("IOB1 is recognised by the use of its tags") {
  const Chosen made = chosen(R"({"tokens": ["a", "b", "c", "d"], "tags": ["I-x", "B-x", "O", "I-x"]})");
  CHECK(made.task->facts()["tag_scheme"] == "IOB1");
  CHECK(contains(made.log, "the tags of the training rows are IOB1"));
}

TEST_CASE("rows without words or tags are skipped with a note; blank words are ignored with a note") {
  const std::string lines =
      "{\"tokens\": [\"a\", \" \"], \"tags\": [\"B-x\", \"O\"]}\n{\"tokens\": [], \"tags\": []}\n"
      "{\"tokens\": [\"a\"], \"tags\": null}\n{\"tokens\": [\"a\"], \"tags\": [\"O\"]}";
  const Chosen made = chosen(lines);
  CHECK(made.rows.train.size() == 2);
  CHECK(contains(made.log, "skipped 2 rows without words or tags, the first: "));
  CHECK(contains(made.log, "train.jsonl:2 (there is no word)"));
  CHECK(contains(made.log, "1 word is empty and ignored, the first: "));
  const std::vector<uint64_t> first = {0};
  CHECK(made.examples()->num_targets(first, {}) == 1);
  task::TaskOptions strict;
  strict.rows.strict = true;
  CHECK(contains(refused(lines, {.options = strict}).what(), "train.jsonl:2: there is no word"));
  CHECK(contains(refused(R"({"tokens": ["a", ""], "tags": ["B-x", "O"]})", {.options = strict}).what(),
                 "train.jsonl:1: a word is empty"));
}

TEST_CASE("words beyond the maximum length have no target, with a note") {
  const auto examples = chosen(kConll, {}, "train.conll").examples(4);
  const std::vector<uint64_t> rows = {0, 1};
  CHECK(examples->num_targets(rows, {}) == 4);
  const Texts notes = examples->input_notes();
  REQUIRE(notes.size() == 2);
  CHECK(notes[0] == "1 of 2 rows are longer than 4 tokens and were truncated");
  CHECK(contains(notes[1], "2 words without a token are not counted"));
  const auto spans =
      chosen(R"({"text": "good movie is fun", "spans": [[5, 13, "x"]]})").examples(4);  // [CLS] good movie [SEP]
  CHECK(spans->preview(0) == "[x: movie] \"good movie is fun\"");
}

TEST_CASE("an unknown tag of an evaluation is an error with the row, the word and the nearest tag") {
  const Error error = refused(R"({"tokens": ["a", "b"], "tags": ["O", "B-xx"]})", trained({"O", "B-x", "I-x"}));
  CHECK(error.kind() == ErrorKind::kInput);
  CHECK(contains(error.what(), "train.jsonl:1: the tag \"B-xx\" of word 2 (\"b\") is not one of O, B-x, I-x"));
  CHECK(error.hint() == "did you mean \"B-x\"?");
  const Error in_validation = refused(R"({"tokens": ["a", "b"], "tags": ["O", "B-x"]})",
                                      {.validation = R"({"tokens": ["a"], "tags": ["B-y"]})"});
  CHECK(contains(in_validation.what(), "validation.jsonl:1: the tag \"B-y\" of word 1"));
}

TEST_CASE("a span with a label that the model does not know is an error") {
  const Error error =
      refused(R"({"text": "good", "spans": [[0, 4, "persan"]]})", trained({"O", "B-person", "I-person"}));
  CHECK(contains(error.what(), "the label \"persan\" of the span from 0 to 4 is not one of person"));
}

TEST_CASE("the error for each kind of bad row names the row") {
  CHECK(contains(refused(R"({"tokens": ["a", "b"], "tags": ["O"]})").what(),
                 "train.jsonl:1: 2 words in \"tokens\", but 1 tag in \"tags\""));
  CHECK(contains(refused("a\tO\nb\n", {}, "train.conll").what(), "train.conll:2: 1 column in this line"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0, 2, "x"], [1, 3, "y"]]})").what(),
                 "train.jsonl:1: the spans \"x\" from 0 to 2 and \"y\" from 1 to 3 overlap"));
  CHECK(contains(refused(R"({"text": "abc", "spans": [[0, 9, "x"]]})").what(), "is not inside the text"));
  CHECK(contains(refused(R"({"text": "abc", "label": "x"})").what(), "no columns look like words with tags"));
}

TEST_CASE("rows with only one tag are an error, and so is a number of labels that contradicts the tags") {
  CHECK(contains(refused(R"({"tokens": ["a", "b"], "tags": ["O", "O"]})").what(),
                 "all words of 1 training row have the same tag \"O\""));
  const Error error = refused(R"({"tokens": ["a", "b"], "tags": ["O", "B-x"]})", {.options = {.num_labels = 3}});
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.what(), "num_labels is 3, but there are 2 tags: B-x, O"));
  CHECK(contains(refused(R"({"text": "good", "spans": [[0, 4, "x"]]})", {.options = {.id2label = "x,y"}}).what(),
                 "the tags x, y have no \"O\" for the words outside of spans"));
  task::TaskOptions pair;
  pair.rows.text_pair_column = std::string("b");
  CHECK(contains(refused(R"({"tokens": ["a"], "tags": ["O"], "b": "x"})", {.options = pair}).what(),
                 "--text-pair-column is not for token classification"));
}

TEST_CASE("types that no training row has are named") {
  const auto examples =
      chosen(R"({"tokens": ["a", "b"], "tags": ["O", "B-x"]})", {.options = {.id2label = "O,B-x,B-y"}}).examples();
  const Texts findings = examples->findings();
  REQUIRE_FALSE(findings.empty());
  CHECK(findings.back() == "no training row has an entity of the type y, so the model cannot learn it");
}

TEST_CASE("samples are short rows with entities, new types first") {
  const auto samples = chosen(
                           "{\"tokens\": [\"a\", \"b\"], \"tags\": [\"O\", \"O\"]}\n"
                           "{\"tokens\": [\"good\", \"fun\"], \"tags\": [\"B-x\", \"O\"]}\n"
                           "{\"tokens\": [\"bad\"], \"tags\": [\"B-x\"]}\n"
                           "{\"tokens\": [\"plot\", \"is\"], \"tags\": [\"B-y\", \"B-x\"]}\n")
                           .examples()
                           ->samples();
  REQUIRE(samples.size() == 3);
  CHECK(samples[0].text == "good fun");
  CHECK(samples[0].label == "x");
  CHECK(samples[1].text == "plot is");
  CHECK(samples[1].label == "x, y");
  CHECK(samples[2].text == "bad");
}

TEST_CASE("the loss is the sum of the cross-entropies of the targets' tokens") {
  const Chosen made = chosen(kConll, {}, "train.conll");
  const model::LoadedModel loaded = token_model(made.labels());
  const auto examples = made.examples();
  const std::vector<uint64_t> rows = {0, 1};
  task::Features features;
  for (const char* text : {"good movie is fun", "bad plot"}) features.add(made.tokenizer.encode(text));
  const at::Tensor logits = loaded.model->forward(task::make_batch(features, rows), {});           // [10, 4]
  const std::pair<int64_t, int64_t> targets[] = {{1, 0}, {2, 2}, {3, 3}, {4, 1}, {7, 3}, {8, 3}};  // token, tag
  double expected = 0;
  for (const auto& [token, tag] : targets) {
    double sum = 0;
    for (int64_t k = 0; k < 4; ++k) sum += std::exp(logits[token][k].item<double>());
    expected += std::log(sum) - logits[token][tag].item<double>();
  }
  CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(expected).epsilon(1e-6));
  const auto evaluation = examples->evaluation({5});
  evaluation->add(*loaded.model, rows);
  CHECK(evaluation->report().loss == doctest::Approx(expected / 6).epsilon(1e-6));
}

// The cross-entropy of one row of logits.
double cross_entropy(std::span<const float> logits, size_t tag) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit));
  return std::log(sum) - logits[tag];
}

TEST_CASE("of overlapping windows, the loss and the evaluation read the mean of a token's outputs, as answers do") {
  const std::string text = "good movie is fun bad plot";
  const Texts labels = {"B-x", "I-x", "O"};
  const task::LongText in_windows{.long_text = "windows", .doc_stride = 1};
  const model::LoadedModel loaded = token_model(labels);
  const std::vector<uint64_t> rows = {0, 1};
  const std::string of_words =
      R"({"tokens": ["good", "movie", "is", "fun", "bad", "plot"], "tags": ["B-x", "I-x", "O", "O", "B-x", "O"]})"
      "\n"
      R"({"tokens": ["bad"], "tags": ["O"]})";
  const std::string of_spans = R"({"text": ")" + text + R"(", "spans": [[0, 10, "x"], [18, 21, "x"]]})" + "\n" +
                               R"({"text": "bad", "spans": []})";
  for (const std::string& lines : {of_words, of_spans}) {
    const Chosen made = chosen(lines);
    REQUIRE(made.labels() == labels);
    const auto examples = made.examples(5, in_windows);  // good movie is, is fun bad, bad plot
    CHECK(examples->num_targets(rows, {}) == 7);
    CHECK(examples->input_notes().empty());

    std::vector<task::Question> questions;
    for (const std::string& each : {text, std::string("bad")}) {
      questions.push_back(
          task::make_question(made.tokenizer, each, {}, {{.max_length = 5, .with_offsets = true}, in_windows}));
    }
    REQUIRE(questions[0].windows.size() == 3);
    const std::vector<const task::Question*> asked = {&questions[0], &questions[1]};
    const std::vector<task::Outputs> outputs = task::compute_outputs(*loaded.model, asked);
    const std::vector<float> whole = task::over_windows(questions[0].windows, outputs[0].windows, 3).logits;
    double expected = cross_entropy(std::span(outputs[1].windows[0]).subspan(3, 3), 2);
    const std::vector<size_t> right = {0, 1, 2, 2, 0, 2};
    for (size_t word = 0; word < right.size(); ++word) {
      expected += cross_entropy(std::span(whole).subspan(3 * (word + 1), 3), right[word]);
    }
    CHECK(examples->loss(*loaded.model, rows, {}).item<double>() == doctest::Approx(expected).epsilon(1e-5));
    CHECK_NOTHROW(examples->loss(*loaded.model, rows, {.training = true}).backward());
    const auto evaluation = examples->evaluation({5});
    evaluation->add(*loaded.model, rows);
    CHECK(evaluation->report().loss == doctest::Approx(expected / 7).epsilon(1e-5));
  }
  const Error error = expect_error([&] { chosen(of_words).examples(5, {.long_text = "windows", .doc_stride = 3}); });
  CHECK(error.kind() == ErrorKind::kUsage);
  CHECK(contains(error.hint(), "--doc-stride less than 3"));
}

TEST_CASE("rows without a target have the loss 0, and gradients") {
  const Chosen made =
      chosen("{\"tokens\": [\"a\"], \"tags\": [null]}\n{\"tokens\": [\"a\", \"b\"], \"tags\": [\"B-x\", \"O\"]}");
  const model::LoadedModel loaded = token_model(made.labels());
  const auto examples = made.examples();
  const std::vector<uint64_t> rows = {0};
  CHECK(examples->num_targets(rows, {}) == 0);
  const at::Tensor loss = examples->loss(*loaded.model, rows, {.training = true});
  CHECK(loss.item<double>() == 0);
  loss.backward();
  const auto evaluation = examples->evaluation({1});
  evaluation->add(*loaded.model, rows);
  CHECK(evaluation->report().num_targets == 0);
  CHECK(evaluation->report().loss == 0);
}

TEST_CASE("the worst rows have their text, the right and the predicted entities, in code points") {
  const Chosen made = chosen(
      "{\"text\": \"\xE4\xB8\xAD good movie\", \"spans\": [[2, 12, \"x\"]]}\n{\"text\": \"bad\", \"spans\": []}");
  const model::LoadedModel loaded = token_model(made.labels());
  const auto examples = made.examples();
  const auto evaluation = examples->evaluation({5});
  const std::vector<uint64_t> rows = {0, 1};
  evaluation->add(*loaded.model, rows);
  const metric::Report report = evaluation->report();
  REQUIRE(report.panels.size() == 2);
  CHECK(report.panels[0].kind == "table");
  CHECK(report.panels[1].kind == "rows");
  const Json worst = report.panels[1].data;
  const auto first = std::find_if(worst.begin(), worst.end(), [](const Json& item) { return item["row"] == 0; });
  REQUIRE(first != worst.end());
  CHECK((*first)["text"] == "\xE4\xB8\xAD good movie");
  CHECK((*first)["entities"] == Json::array({{{"start", 2}, {"end", 12}, {"label", "x"}}}));
  CHECK((*first)["predicted_entities"].is_array());
  CHECK((*first)["loss"].get<double>() > 0);
  CHECK((*first)["location"].get<std::string>().ends_with("train.jsonl:1"));
}

}  // namespace token_classification_test
