#include "model/model.h"

#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <string>

#include "base/error.h"
#include "model/families.h"
#include "model/parameters.h"
#include "model/stages.h"
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/forward_scope.h"
#include "nn/joined_linear.h"
#include "nn/linear.h"
#include "tensor/cross_entropy.h"
#include "tensor/kv_cache.h"
#include "tensor/row_chunks.h"
#include "tensor/source_cache.h"

namespace hone::model {

namespace {

// Throws kInput naming the first of `ids` that is not a row of a table; `what` names an id ("token id").
void check_ids(const at::Tensor& ids, int64_t num_rows, const char* what, const char* hint) {
  const at::Tensor row = ids.contiguous();
  const int64_t* begin = row.const_data_ptr<int64_t>();
  const int64_t* end = begin + row.numel();
  const int64_t* outside = std::find_if(begin, end, [&](int64_t id) { return id < 0 || id >= num_rows; });
  if (outside == end) return;
  throw Error(ErrorKind::kInput, fmt::format("{} {} is outside the model's table of {}", what, *outside, num_rows),
              hint);
}

}  // namespace

struct Model::Parts : torch::nn::Module, nn::Drawn {
  Parts(const ModelConfig& config, const Family& family_in, const HeadRow& head_in, bool has_other_table)
      : family(family_in), head_row(head_in), body(make_body(config)) {
    if (!family.has_head_first) register_module(std::string(family.body), body);
    if (head_row.make != nullptr) head_ = head_row.make(head_parts(config, has_other_table), config);
    if (family.has_head_first) register_module(std::string(family.body), body);
  }

  std::shared_ptr<Body> make_body(const ModelConfig& config) {
    if (head_row.reads_encoder_only) return family.make_encoder(config, sites);
    return family.make_body(config, sites, head_row.reads_pooled);
  }

  HeadParts head_parts(const ModelConfig& config, bool has_other_table) {
    return {.model = *this,
            .width = body->traits().width,
            .num_outputs = config.num_labels(),
            .sites = sites,
            .words = table_of_words(),
            .words_module = family.word_embeddings,
            .has_other_table = has_other_table};
  }

  const at::Tensor& table_of_words() const {
    const std::string_view in_body = family.word_embeddings.substr(family.body.size() + 1);
    return dynamic_cast<const nn::Embedding&>(*body->named_modules()[std::string(in_body)]).weight;
  }

  void draw(const Wanted& wanted, double deviation, at::Generator& generator) override {
    if (head_) head_->draw(wanted, deviation, generator);
  }

  Head& head() const {
    check_internal(head_ != nullptr, "a body alone has no outputs");
    return *head_;
  }

  at::Tensor features(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const {
    const nn::ForwardScope scope(context);
    return head().features(hidden, rows, context);
  }

  const Family& family;
  const HeadRow& head_row;
  nn::DropoutSites sites;  // numbers the body's sites first, then the head's
  std::shared_ptr<Body> body;
  std::unique_ptr<Head> head_;  // null: the body alone
};

Model::Model(const ModelConfig& config, const Family& family, const HeadRow& head, bool has_other_table)
    : parts_(std::make_shared<Parts>(config, family, head, has_other_table)) {}

Model::~Model() = default;

void Model::check(const Tokens& tokens, const tensor::KvBatch* cache) const {
  const BodyTraits& traits = parts_->body->traits();
  check_internal(tokens.packing.num_sequences() > 0, "a batch holds a sequence");
  tokens.packing.check(tokens.ids.numel());
  check_ids(tokens.ids, traits.vocab_size, "token id",
            "the tokenizer belongs to another model: use the tokenizer files of this model");
  if (tokens.type_ids.defined()) {
    check_internal(tokens.type_ids.numel() == tokens.ids.numel(), "each token has a token type");
    if (traits.num_token_types > 0) {
      check_ids(tokens.type_ids, traits.num_token_types, "token type id", "the model has fewer token types");
    }
  }
  check_internal(cache == nullptr || traits.num_kv_heads > 0, "only decoders continue sequences");
  const int64_t longest = cache != nullptr ? cache->max_length() : tokens.packing.max_length();
  const int64_t limit = cache != nullptr ? max_cached_length() : traits.max_length;
  if (longest > limit) {
    throw Error(ErrorKind::kInput, fmt::format("a text has {} tokens, the model takes at most {}", longest, limit),
                fmt::format("truncate the texts to at most {} tokens", limit));
  }
}

void Model::check(const Inputs& inputs) const {
  if (inputs.sources == nullptr) check(inputs.text, reads_decoder_tokens() ? nullptr : inputs.cache);
  if (!reads_decoder_tokens()) return;
  check(inputs.decoder, inputs.cache);
  const int64_t num_texts =
      inputs.sources == nullptr ? inputs.text.packing.num_sequences() : inputs.sources->num_sequences();
  check_internal(num_texts == inputs.decoder.packing.num_sequences(), "the decoder has a sequence for each text");
}

nn::ForwardContext Model::in_format(nn::ForwardContext context) const {
  context.dtype = compute_.dtype;
  return context;
}

nn::ForwardContext Model::context_of_head(const nn::ForwardContext& context) const {
  nn::ForwardContext of_head = in_format(context);
  if (head_evaluates_) of_head.training = false;
  return of_head;
}

Inputs Model::checked(const Inputs& inputs) const {
  check(inputs);
  Inputs on_device = inputs;
  const auto move = [&](at::Tensor& tensor) {
    if (tensor.defined()) tensor = tensor::on_device(tensor, compute_.device);
  };
  for (at::Tensor* tensor :
       {&on_device.prefix.x, &on_device.text.ids, &on_device.text.type_ids, &on_device.decoder.ids})
    move(*tensor);
  return on_device;
}

Hidden Model::hidden(const Inputs& inputs, const nn::ForwardContext& context, const LayerSelection& selection) const {
  const Inputs on_device = checked(inputs);
  if (!on_device.prefix.x.defined()) return parts_->body->forward(on_device, in_format(context), selection);
  LayerSelection after_prefix = selection;
  after_prefix.num_prefix = num_frozen_layers().value_or(0);
  check_internal(selection.num_prefix == 0 && after_prefix.num_prefix > 0, "a kept prefix is that of frozen layers");
  after_prefix.prefix = on_device.prefix;
  return parts_->body->forward(on_device, in_format(context), after_prefix);
}

std::vector<std::shared_ptr<const tensor::SourceKeys>> Model::source_keys(const Tokens& texts) const {
  Inputs inputs;
  inputs.text = texts;
  check(texts, nullptr);
  inputs.text.ids = tensor::on_device(texts.ids, compute_.device);
  const nn::ForwardContext context = in_format({});
  const Body& body = *parts_->body;
  const Stream stream = body.encoded(inputs, context);
  const tensor::KvShape shape{num_cached_layers(), kv_heads().num_heads, kv_heads().width, dtype()};
  std::vector<std::shared_ptr<tensor::SourceKeys>> keys;
  const std::vector<int64_t> lengths = stream.memory_packing.lengths();
  for (const int64_t length : lengths) keys.push_back(std::make_shared<tensor::SourceKeys>(shape, length));
  const nn::ForwardScope scope(context);
  const at::NoGradGuard no_gradients;
  const tensor::IndependentRows independent;
  for (int64_t layer = 0; layer < num_cached_layers(); ++layer) {
    const auto rows = body.source_keys(layer, stream.memory).split_with_sizes(lengths);
    for (size_t i = 0; i < keys.size(); ++i) keys[i]->set(layer, rows[i]);
  }
  return {keys.begin(), keys.end()};
}

Stream Model::prefix(const Inputs& inputs, const nn::ForwardContext& context, int64_t num_layers,
                     bool first_tokens_only) const {
  return parts_->body->prefix(checked(inputs), in_format(context), num_layers, first_tokens_only);
}

at::Tensor Model::logits(const Hidden& hidden, const at::Tensor& rows, const nn::ForwardContext& context) const {
  const at::Tensor on_device = rows.defined() ? tensor::on_device(rows, compute_.device) : rows;
  const Head& head = parts_->head();
  const at::Tensor logits =
      head.output().forward(parts_->features(hidden, on_device, context_of_head(context))).to(at::kFloat);
  return tensor::soft_capped(logits, head.soft_cap());
}

at::Tensor Model::cross_entropy(const Hidden& hidden, const at::Tensor& rows, const at::Tensor& targets,
                                const tensor::CrossEntropyOptions& options, const nn::ForwardContext& context) const {
  const at::Tensor on_device = rows.defined() ? tensor::on_device(rows, compute_.device) : rows;
  const at::Tensor features = parts_->features(hidden, on_device, context_of_head(context));
  tensor::OutputLayer layer = parts_->head().output().output_layer(features.scalar_type());
  layer.soft_cap = parts_->head().soft_cap();
  return tensor::linear_cross_entropy(features, layer, tensor::on_device(targets, compute_.device), options);
}

at::Tensor Model::forward(const Inputs& inputs, const nn::ForwardContext& context) const {
  return logits(hidden(inputs, context, {.first_tokens_only = reads_first_tokens()}), {}, context);
}

void Model::set_frozen(const FrozenStages& frozen) {
  const auto output_stage = static_cast<size_t>(num_layers()) + 1;
  check_internal(frozen.is_frozen.empty() || frozen.is_frozen.size() == output_stage + 1,
                 "each stage of the model is frozen or not");
  head_evaluates_ = frozen.evaluates && frozen.has(output_stage);
  parts_->body->set_frozen(frozen);
}

std::optional<int64_t> Model::num_frozen_layers() const { return parts_->body->num_frozen_layers(); }
int64_t Model::num_layers() const { return parts_->body->traits().num_layers; }
int64_t Model::width() const { return parts_->body->traits().width; }
bool Model::reads_first_tokens() const { return parts_->head().reads_first_tokens(); }

const Stages& Model::stages() const {
  // Adapters add parameters.
  if (stages_ == nullptr || stages_->num_parameters != named_parameters(*this).size()) {
    stages_ = std::make_shared<const Stages>(find_stages(*this));
  }
  return *stages_;
}

void Model::set_compute(const tensor::Compute& compute) {
  compute_ = compute;
  parts_->to(compute.device);
}

void Model::store_matrices_as(at::ScalarType dtype, bool has_values) {
  const c10::InferenceMode parameters_are_variables(false);
  const at::NoGradGuard no_gradients;
  const auto store = [&](const at::Tensor& weight) {
    if (weight.scalar_type() == dtype) return;  // a tied one may be
    at::Tensor(weight).set_data(has_values
                                    ? weight.detach().to(dtype)
                                    : at::empty(weight.sizes(), weight.options().dtype(dtype).requires_grad(false)));
  };
  const auto modules = parts_->modules();
  for (const auto& module : modules) {
    if (const auto* linear = dynamic_cast<const nn::Linear*>(module.get())) store(linear->weight);
    if (const auto* table = dynamic_cast<const nn::Embedding*>(module.get())) store(table->weight);
  }
  for (const auto& module : modules) {
    if (auto* joined = dynamic_cast<nn::JoinedLinear*>(module.get())) joined->join(has_values);
  }
}

std::string_view Model::class_name() const { return parts_->head_row.class_name; }

bool Model::is_head(std::string_view parameter) const {
  return parameter.substr(0, parameter.find('.')) != parts_->family.body;
}

bool Model::has_head() const { return parts_->head_ != nullptr; }

std::string_view Model::saved_name(std::string_view parameter) const {
  const bool has_prefix = parts_->head_ && !parts_->family.is_body_without_prefix;
  return has_prefix || is_head(parameter) ? parameter : parameter.substr(parts_->family.body.size() + 1);
}

int64_t Model::num_outputs() const { return output_weight().size(0); }
const at::Tensor& Model::output_weight() const { return parts_->head().output().weight; }
bool Model::reads_tokens() const { return parts_->head_row.kind == "token" || parts_->head_row.predicts_words; }
int64_t Model::vocab_size() const { return parts_->body->traits().vocab_size; }
const at::Tensor& Model::word_embedding() const { return parts_->table_of_words(); }
int64_t Model::max_length() const { return parts_->body->traits().max_length; }
int64_t Model::max_cached_length() const {
  const BodyTraits& traits = parts_->body->traits();
  return traits.max_cached_length.value_or(traits.max_length);
}
int64_t Model::num_cached_layers() const {
  return num_layers() - parts_->body->traits().num_encoder_layers.value_or(0);
}
bool Model::reads_decoder_tokens() const { return parts_->body->traits().num_encoder_layers.has_value(); }
KvHeads Model::kv_heads() const {
  const BodyTraits& traits = parts_->body->traits();
  return {traits.num_kv_heads, traits.kv_head_width};
}

void Model::check_can_rescale(const OutputScale& scale) const {
  const bool shifts = std::ranges::any_of(scale.shift, [](double shift) { return shift != 0; });
  if (!shifts || parts_->head().output().bias.defined()) return;
  throw Error(ErrorKind::kUnsupported,
              fmt::format("the head of {} has no bias, so its outputs cannot be shifted", class_name()),
              "train on the targets as they are, without --standardize");
}

void Model::rescale_outputs(const OutputScale& scale) {
  const nn::Linear& output = parts_->head().output();
  const auto num_outputs = static_cast<size_t>(this->num_outputs());
  check_internal(scale.scale.size() == num_outputs && scale.shift.size() == num_outputs, "a scale for each output");
  check_can_rescale(scale);
  const at::NoGradGuard no_gradients;
  for (int64_t k = 0; k < this->num_outputs(); ++k) {
    const double factor = scale.scale[static_cast<size_t>(k)];
    output.weight.select(0, k).mul_(factor);
    if (output.bias.defined()) output.bias.select(0, k).mul_(factor).add_(scale.shift[static_cast<size_t>(k)]);
  }
}

void Model::reorder_outputs(std::span<const int64_t> sources) {
  const nn::Linear& output = parts_->head().output();
  check_internal(static_cast<int64_t>(sources.size()) == num_outputs(), "a source for each output");
  const at::NoGradGuard no_gradients;
  const at::Tensor weight = output.weight.clone(), bias = output.bias.defined() ? output.bias.clone() : at::Tensor();
  for (int64_t k = 0; k < num_outputs(); ++k) {
    output.weight.select(0, k).copy_(weight.select(0, sources[static_cast<size_t>(k)]));
    if (bias.defined()) output.bias.select(0, k).copy_(bias.select(0, sources[static_cast<size_t>(k)]));
  }
}

torch::nn::Module& Model::module() const { return *parts_; }
nn::DropoutSites& Model::dropout_sites() const { return parts_->sites; }
const Family& Model::family() const { return parts_->family; }
const HeadRow& Model::head_row() const { return parts_->head_row; }
std::vector<Tie> Model::ties() const {
  std::vector<Tie> all;
  for (const auto& [name, parameter] : parts_->body->ties()) {
    all.push_back({fmt::format("{}.{}", family().body, name), fmt::format("{}.{}", family().body, parameter)});
  }
  if (!parts_->head_) return all;
  for (Tie& tie : parts_->head().ties()) all.push_back(std::move(tie));
  return all;
}
void Model::set_vocab_size(int64_t num_rows) {
  parts_->body->set_vocab_size(num_rows);
  if (parts_->head_) parts_->head().resize_words(num_rows);
}

}  // namespace hone::model
