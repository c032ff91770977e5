// What hone knows of a GGUF architecture: the keys of its metadata and the names of its tensors, beside those of HF.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "base/json.h"
#include "gguf/file.h"
#include "gguf/sizes.h"

namespace hone::gguf {

// How the values of a tensor differ from those of HF's checkpoint.
enum class Change {
  kNone,
  kQueryRows,   // the rows of each head are interleaved: the first of each half, the second of each half, ...
  kKeyRows,     // the same for the heads of keys
  kPlusOne,     // the file has 1 + w, the checkpoint w
  kTransposed,  // [out, in] in the file, [in, out] in the checkpoint
  kExperts,     // [E, ...] in the file, a tensor for each expert in the checkpoint
};

// When a module has a bias.
enum class Bias { kNever, kAlways, kWithAttention, kWithInner };

// A module: its tensors end with ".weight" and ".bias". "#" is the number of the layer, "@" that of the expert.
struct TensorRow {
  std::string_view name;  // in the file
  std::string_view hf_name;
  // The sizes of the weight in the file, as in HF, one letter for each: V vocabulary, C width, Q all heads, K all heads
  // of keys, D one head, F inner, G twice that, A queries with keys and values, T three widths, P positions, E experts,
  // M inner of an expert. The bias has the first size.
  std::string_view shape;
  Change change = Change::kNone;
  Bias bias = Bias::kNever;
};

// A key of config.json whose value is one of the sizes.
struct SizeKey {
  std::string_view name;
  int64_t Sizes::* size;
};

// A key of config.json whose value is a number of the metadata: `key` follows "ARCHITECTURE.".
struct NumberKey {
  std::string_view name, key;
  bool is_required = true;
};

struct Architecture {
  std::string_view name;  // general.architecture
  std::string_view model_type, class_name;
  std::span<const TensorRow> tensors;
  std::span<const SizeKey> sizes;
  std::span<const NumberKey> numbers;
  std::string_view constants;  // a JSON object with the other keys of config.json
  // Adds what is not a copy of a key.
  void (*add_keys)(const File& file, const Sizes& sizes, Json& config) = nullptr;
};

std::span<const Architecture> architectures();

// Returns the row of the file's architecture. Errors: kInput if it names none, kUnsupported for an unknown one.
const Architecture& architecture_of(const File& file);

// Tensors that are no weights of the checkpoint, but settings of the positions.
inline constexpr std::string_view kPositionTensors[] = {"rope_freqs.weight", "rope_factors_long.weight",
                                                        "rope_factors_short.weight"};

}  // namespace hone::gguf
