// The examples of token classification: sequences of tokens, some of which have a tag as target, and their evaluation.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "metric/tags.h"
#include "task/tagged_text.h"
#include "task/text_examples.h"
#include "task/token_targets.h"

namespace hone::task {

// What the examples of token classification are made of.
struct TokenTexts {
  TextRows texts;  // its rows may be empty: then they have a number and no text
  TokenTargets targets;
  metric::TagSet tags;
  double label_smoothing = 0;
  table::TaggedColumns columns = {};
  std::vector<std::string> names_of_ids = {};     // of integer tags in the rows
  std::optional<text::Tokenizer> tokenizer = {};  // divides texts with spans into words
};

// The loss is the cross-entropy of the targets' tokens; other tokens are not computed.
std::unique_ptr<Examples> make_examples(TokenTexts rows);

}  // namespace hone::task
