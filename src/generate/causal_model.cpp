#include "generate/causal_model.h"

#include <ATen/core/grad_mode.h>
#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "base/error.h"
#include "base/log.h"
#include "model/causal_lm.h"
#include "model/families.h"
#include "model/load.h"
#include "tensor/packed_linear.h"
#include "tensor/source_cache.h"

namespace hone::generate {

namespace {

void check_tokenizer(const text::Tokenizer& tokenizer, const model::Model& model) {
  const auto num_tokens = static_cast<int64_t>(tokenizer.vocab_size());
  if (num_tokens <= model.vocab_size()) return;
  throw Error(ErrorKind::kInput,
              fmt::format("the tokenizer has {} tokens, the model has {}", num_tokens, model.vocab_size()),
              "use the tokenizer files of this model");
}

model::Tokens packed(std::span<const std::vector<int32_t>> texts) {
  const std::vector<std::span<const int32_t>> sequences(texts.begin(), texts.end());
  return model::packed_tokens(sequences);
}

bool has_head(const model::Family& family, std::string_view kind) {
  return std::ranges::find(family.heads, kind, &model::HeadRow::kind) != family.heads.end();
}

}  // namespace

LanguageModel encoder_language_model(const model::Model& model) {
  const auto encode = [&model](std::span<const std::vector<int32_t>> texts) {
    const c10::InferenceMode no_gradients;
    const tensor::PlainWeights plain;
    return model.source_keys(packed(texts));
  };
  const auto texts = std::make_shared<SourceTexts>(encode);
  const auto scores = [&model, texts](const tensor::KvBatch& batch) {
    const tensor::SourceBatch sources = texts->batch(batch.sequences());
    const c10::InferenceMode no_gradients;
    const tensor::PlainWeights plain;
    model::Inputs inputs;
    inputs.decoder.ids = batch.ids();
    inputs.decoder.packing = batch.packing();
    inputs.cache = &batch;
    inputs.sources = &sources;
    return model.logits(model.hidden(inputs, {}), batch.packing().last_tokens(), {});
  };
  return {.scores = scores, .vocab_size = model.num_outputs(), .max_length = model.max_cached_length(), .texts = texts};
}

LanguageModel CausalModel::language_model() const {
  if (has_encoder()) return encoder_language_model(*model);
  const auto scores = [this](const tensor::KvBatch& batch) {
    const c10::InferenceMode no_gradients;
    const tensor::PlainWeights plain;
    model::Inputs inputs;
    inputs.text.ids = batch.ids();
    inputs.text.packing = batch.packing();
    inputs.cache = &batch;
    const model::Hidden hidden = model->hidden(inputs, {});
    return model->logits(hidden, batch.packing().last_tokens(), {});
  };
  return {.scores = scores, .vocab_size = model->num_outputs(), .max_length = model->max_cached_length()};
}

tensor::KvShape CausalModel::kv_shape() const { return model::kv_shape(*model); }

std::vector<int32_t> CausalModel::prompt_ids(std::string_view text) const { return tokenizer.encode(text).ids; }

void read_prompt_by_encoder(const CausalModel& model, Request& request) {
  const int32_t first = first_decoder_token(model.generation, model.config.source());
  request.source = std::exchange(request.prompt, {first});
}

CausalModel load_causal_model(const model::ModelFolder& folder, const tensor::Compute& compute,
                              const tensor::WeightOptions& weights, EncoderUse encoder) {
  if (!compute.device.is_cpu()) {
    throw Error(ErrorKind::kUnsupported, fmt::format("generation on {}", compute.device.str()),
                "hone generates on the CPU: add --device cpu");
  }
  model::ModelRequest request;
  request.model_dir = folder;
  const bool reads_texts =
      encoder == EncoderUse::kAllowed && has_head(model::family_of(model::read_config(folder)), "seq2seq-lm");
  request.head = reads_texts ? "seq2seq-lm" : "causal-lm";
  request.merges_adapter = folder.is_adapter();
  request.matrix_dtype = tensor::weight_format(weights, compute);
  model::LoadedModel loaded = model::load_model(request);
  if (loaded.report.from_config_only) {
    throw Error(ErrorKind::kInput, fmt::format("{} holds no weights", folder.path.string()),
                "download the whole folder, with model.safetensors");
  }
  if (const std::string line = loaded.report.unused_weights_line(); !line.empty()) log_warning("{}", line);
  if (const std::string line = loaded.report.new_weights_line(); !line.empty()) log_warning("{}", line);
  CausalModel causal{.model = loaded.model,
                     .config = std::move(loaded.config),
                     .tokenizer = text::Tokenizer::load(folder.tokenizer()),
                     .generation = read_generation_config(folder.weights())};
  check_tokenizer(causal.tokenizer, *causal.model);
  causal.model->set_compute(compute);
  return causal;
}

}  // namespace hone::generate
