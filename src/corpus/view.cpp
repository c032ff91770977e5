#include "corpus/view.h"

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/counted.h"
#include "base/error.h"
#include "base/json.h"
#include "base/progress.h"
#include "base/terminal.h"
#include "corpus/blocks.h"
#include "corpus/mixture.h"
#include "text/tokenizer_fingerprint.h"

namespace hone::corpus {

namespace {

// Returns the corpora, with weights if they are those of --mix.
std::vector<MixPart> parts_of(const ViewOptions& options) {
  std::vector<MixPart> parts = parse_mix(options.order.mix);
  if (!parts.empty() && !options.folders.empty()) {
    throw Error(ErrorKind::kUsage, "corpora are given as arguments and by --mix", "give them in one way");
  }
  for (const std::string& folder : options.folders) parts.push_back({folder});
  if (parts.empty())
    throw Error(ErrorKind::kUsage, "no corpus is given", "name the folder that hone data tokenize made");
  return parts;
}

struct Speed {
  uint64_t bytes = 0;
  double seconds = 0;

  std::string text() const {
    return fmt::format("{:.1f} MB in {:.3f} s, {:.2f} GB/s", static_cast<double>(bytes) / 1e6, seconds,
                       static_cast<double>(bytes) / 1e9 / seconds);
  }
};

template <typename Work>
double timed(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

class View {
 public:
  explicit View(const ViewOptions& options) : options_(options), parts_(parts_of(options)) {
    std::optional<text::IdentifiedTokenizer> identified;
    const std::string model = options.model_name_or_path.string();
    if (!model.empty()) identified = text::load_identified_tokenizer(model);
    std::vector<uint64_t> sizes;
    std::vector<double> weights;
    for (const MixPart& part : parts_) {
      const auto corpus = std::make_shared<const Corpus>(part.folder);
      if (identified) corpus->check_tokenizer(identified->sha256, identified->tokenizer.vocab_size(), model);
      if (!blocks_.empty()) corpus->check_same_tokenizer(blocks_.front()->corpus());
      blocks_.push_back(std::make_unique<Blocks>(corpus, options.blocks));
      sizes.push_back(blocks_.back()->size());
      if (!options.order.mix.empty()) weights.push_back(part.weight);
    }
    if (identified) tokenizer_ = identified->tokenizer;
    mixture_ = std::make_unique<Mixture>(sizes, weights, options.seed, options.order.shuffle);
  }

  std::string text() const {
    std::string text;
    for (const auto& blocks : blocks_) text += options_.json ? json_of(*blocks).dump() + "\n" : text_of(*blocks);
    if (options_.verify) text += verified();
    Block block;
    const auto first = static_cast<uint64_t>(options_.position);
    for (uint64_t i = first; i < first + static_cast<uint64_t>(options_.num_blocks); ++i) {
      const Draw draw = mixture_->at(i);
      blocks_[draw.corpus]->read(draw.block, block);
      text += options_.json ? json_of(i, draw, block).dump() + "\n" : text_of(i, draw, block);
    }
    return text;
  }

 private:
  std::string text_of(const Blocks& blocks) const {
    const Corpus& corpus = blocks.corpus();
    const BlockCounts& counts = blocks.counts();
    const double full = 100 * static_cast<double>(counts.tokens) /
                        (static_cast<double>(counts.blocks) * static_cast<double>(options_.blocks.size()));
    std::string text = fmt::format("{}: {}, {} of {} bytes in {}; a vocabulary of {} tokens, the tokenizer {:.12}\n",
                                   corpus.folder().string(), counted(corpus.num_documents(), "document"),
                                   counted(corpus.num_tokens(), "token"), corpus.manifest().id_bytes(),
                                   counted(corpus.manifest().shards.size(), "shard"), corpus.manifest().vocab_size,
                                   corpus.manifest().tokenizer_sha256);
    text += fmt::format("  {} of {} {}, {:.1f} % full", counted(counts.blocks, blocks.kind_name()),
                        options_.blocks.block ? "exactly" : "at most",
                        counted(static_cast<uint64_t>(options_.blocks.size()), "token"), full);
    if (counts.split_documents > 0) {
      text += fmt::format("; {} {} longer than a block and {}", counted(counts.split_documents, "document"),
                          counts.split_documents == 1 ? "is" : "are", options_.blocks.packing ? "split" : "cut off");
    }
    if (counts.dropped_tokens > 0) {
      text += fmt::format("; {} in no block", counted(counts.dropped_tokens, "token"));
    }
    return text + "\n";
  }

  Json json_of(const Blocks& blocks) const {
    const Corpus& corpus = blocks.corpus();
    const BlockCounts& counts = blocks.counts();
    return {{"corpus", corpus.folder().string()},
            {"num_documents", corpus.num_documents()},
            {"num_tokens", corpus.num_tokens()},
            {"vocab_size", corpus.manifest().vocab_size},
            {"tokenizer_sha256", corpus.manifest().tokenizer_sha256},
            {"num_blocks", counts.blocks},
            {"num_split_documents", counts.split_documents},
            {"num_dropped_tokens", counts.dropped_tokens}};
  }

  std::string text_of(uint64_t position, const Draw& draw, const Block& block) const {
    std::string text = fmt::format("{}: {}, epoch {}, block {}, {}\n", position, parts_[draw.corpus].folder.string(),
                                   draw.epoch, draw.block, counted(block.ids.size(), "token"));
    const uint64_t first = blocks_[draw.corpus]->first_document(draw.block);
    for (size_t s = 0; s + 1 < block.offsets.size(); ++s) {
      const auto begin = static_cast<size_t>(block.offsets[s]), end = static_cast<size_t>(block.offsets[s + 1]);
      const std::span<const int32_t> ids = std::span(block.ids).subspan(begin, end - begin);
      text += fmt::format("  document {}: {}\n", block.documents.empty() ? first : block.documents[s],
                          tokenizer_ ? printable(tokenizer_->decode(ids, /*skip_special_tokens=*/false))
                                     : fmt::format("{}", fmt::join(ids, " ")));
    }
    return text;
  }

  Json json_of(uint64_t position, const Draw& draw, const Block& block) const {
    return {{"position", position},
            {"corpus", parts_[draw.corpus].folder.string()},
            {"epoch", draw.epoch},
            {"block", draw.block},
            {"ids", block.ids},
            {"offsets", block.offsets},
            {"first_document", blocks_[draw.corpus]->first_document(draw.block)},
            {"documents", block.documents}};
  }

  // Verifies the files and reads the blocks of one epoch in its order.
  std::string verified() const {
    Speed files, reading;
    files.seconds = timed([&] {
      for (const auto& blocks : blocks_) {
        blocks->corpus().verify();
        files.bytes += blocks->corpus().num_tokens() * blocks->corpus().manifest().id_bytes();
      }
    });
    Block block;
    reading.seconds = timed([&] {
      for (uint64_t i = 0; i < mixture_->size(); ++i) {
        const Draw draw = mixture_->at(i);
        const Blocks& blocks = *blocks_[draw.corpus];
        blocks.read(draw.block, block);
        reading.bytes += block.ids.size() * blocks.corpus().manifest().id_bytes();
      }
    });
    if (options_.json) return "";
    return fmt::format("the checksums, offsets and ids are right: {}\nread {} in their order: {}\n", files.text(),
                       counted(mixture_->size(), "block"), reading.text());
  }

  const ViewOptions& options_;
  std::vector<MixPart> parts_;
  std::vector<std::unique_ptr<Blocks>> blocks_;
  std::optional<text::Tokenizer> tokenizer_;
  std::unique_ptr<Mixture> mixture_;
};

}  // namespace

std::string view_blocks(const ViewOptions& options) { return View(options).text(); }

}  // namespace hone::corpus
