#include "corpus/near_copies.h"

#include "base/error.h"
#include "base/files.h"
#include "data/near_duplicates.h"

namespace hone::corpus {

namespace fs = std::filesystem;

namespace {

// Writes all texts one after another. Returns where each ends.
std::vector<uint64_t> spool_texts(const std::vector<fs::path>& files, const DocumentOptions& options,
                                  const fs::path& spool) {
  std::vector<uint64_t> ends;
  AppendFile file(spool);
  DocumentReader reader(files, options);
  uint64_t size = 0;
  while (const auto batch = reader.next()) {
    std::string bytes;
    for (const std::string_view text : batch->texts) {
      bytes += text;
      size += text.size();
      ends.push_back(size);
    }
    file.append(bytes);
  }
  return ends;
}

}  // namespace

std::vector<bool> near_copies(const std::vector<fs::path>& files, const DocumentOptions& options, double threshold,
                              const fs::path& spool) {
  const std::vector<uint64_t> ends = spool_texts(files, options, spool);
  if (ends.size() >= UINT32_MAX) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{} documents are too many to be compared", ends.size()),
                "tokenize fewer files at a time; or leave out --near-duplicates");
  }
  const MappedFile texts(spool);
  data::NearDuplicateInput input;
  input.num_rows = static_cast<uint32_t>(ends.size());
  input.threshold = threshold;
  input.text = [&](uint64_t document, std::string&) {
    const uint64_t begin = document == 0 ? 0 : ends[document - 1];
    return texts.bytes().substr(begin, ends[document] - begin);
  };
  const data::NearDuplicates found = data::find_near_duplicates(input);
  std::vector<bool> is_copy(ends.size());
  for (size_t i = 0; i < ends.size(); ++i) is_copy[i] = found.cluster[i] != i;
  fs::remove(spool);
  return is_copy;
}

}  // namespace hone::corpus
