// Decides which tags a token classifier has, in the order of their ids.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "table/labels.h"
#include "table/tagged_rows.h"

namespace hone::task {

struct TagNameSources {
  std::vector<std::string> required;     // the user's, or those of the evaluated model; may be empty
  std::vector<std::string> model_names;  // of a trained token classifier that the training starts from; may be empty
};

struct TagNames {
  std::vector<std::string> names;  // by id
  std::vector<std::string> warnings;
};

// `rows` are the training rows, or the only ones. Takes the required names, else those that the file declares, else the
// tags of the rows, sorted as run_ner.py sorts them; for spans "O" and B- and I- of each label. If the model has the
// same names in another order, that order. Errors (kInput): no tag at all, more than LabelMap::kMaxClasses; those of
// TaggedRowReader.
TagNames decide_tag_names(const table::Rows& rows, const table::TaggedColumns& columns, const TagNameSources& sources);

}  // namespace hone::task
