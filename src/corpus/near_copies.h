// Finds the documents that are nearly equal to earlier ones, by data/near_duplicates.h.
#pragma once

#include <filesystem>
#include <vector>

#include "corpus/documents.h"

namespace hone::corpus {

// Returns for each document of the files whether it is to be left out: of documents that are nearly equal, directly or
// through others, all but the first. `threshold` is the Jaccard similarity of data/near_duplicates.h. All texts lie in
// the file `spool`, which is removed, while they are compared; memory: about 120 bytes a document. Errors: those of
// DocumentReader; kUnsupported for 2^32 documents.
std::vector<bool> near_copies(const std::vector<std::filesystem::path>& files, const DocumentOptions& options,
                              double threshold, const std::filesystem::path& spool);

}  // namespace hone::corpus
