// Makes tensors from the recorded calls of a pickle, and checks that each is a view inside its storage.
#include "tensor/torch_file.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>

#include "base/checked.h"
#include "base/names.h"
#include "tensor/pickle.h"
#include "tensor/zip_archive.h"

namespace hone::tensor {

namespace {

constexpr std::string_view kOrderedDict = "collections OrderedDict";
constexpr std::string_view kRebuildTensor = "torch._utils _rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils _rebuild_parameter";

struct StorageRow {
  std::string_view name;
  at::ScalarType dtype;
};

constexpr std::array kStorages{
    StorageRow{"torch FloatStorage", at::kFloat}, StorageRow{"torch DoubleStorage", at::kDouble},
    StorageRow{"torch HalfStorage", at::kHalf},   StorageRow{"torch BFloat16Storage", at::kBFloat16},
    StorageRow{"torch LongStorage", at::kLong},   StorageRow{"torch IntStorage", at::kInt},
    StorageRow{"torch ShortStorage", at::kShort}, StorageRow{"torch CharStorage", at::kChar},
    StorageRow{"torch ByteStorage", at::kByte},   StorageRow{"torch BoolStorage", at::kBool},
};

constexpr std::array<std::string_view, 3> kFunctions{kOrderedDict, kRebuildTensor, kRebuildParameter};

std::vector<std::string_view> allowed_globals() {
  std::vector<std::string_view> allowed(kFunctions.begin(), kFunctions.end());
  for (const StorageRow& row : kStorages) allowed.push_back(row.name);
  return allowed;
}

bool is_call_of(const PickleValue& value, std::string_view function) {
  return value.kind == PickleKind::kCall && value.callee->text == function;
}

struct Storage {
  at::ScalarType dtype = at::kFloat;
  std::string_view bytes;
};

class StateDictReader {
 public:
  StateDictReader(std::string_view file, const std::string& source)
      : source_(source), members_(read_zip(file, source)) {
    const auto pickle = std::find_if(members_.begin(), members_.end(), [](const auto& member) {
      return member.first == "data.pkl" || member.first.ends_with("/data.pkl");
    });
    if (pickle == members_.end()) throw broken("it has no data.pkl");
    folder_ = pickle->first.substr(0, pickle->first.size() - std::string_view("data.pkl").size());
    pickle_ = pickle->second;
    const auto order = members_.find(folder_ + "byteorder");
    if (order != members_.end() && order->second != "little") {
      throw Error(ErrorKind::kUnsupported, fmt::format("{}: its numbers are big-endian", source),
                  "save the file again");
    }
  }

  std::vector<StoredTensor> read() const {
    const std::vector<std::string_view> allowed = allowed_globals();
    const Pickle pickle(pickle_, allowed, source_);
    const PickleValue& root = pickle.root();
    if (root.kind != PickleKind::kDict && !is_call_of(root, kOrderedDict)) throw broken("it has no state dict");
    std::vector<StoredTensor> tensors;
    for (size_t i = 0; i + 1 < root.items.size(); i += 2) {
      const PickleValue& key = *root.items[i];
      if (key.kind != PickleKind::kText) throw broken("a key of its state dict is not a name");
      tensors.push_back(tensor_of(key.text, *root.items[i + 1]));
    }
    return tensors;
  }

 private:
  Error broken(const std::string& what) const {
    return Error(ErrorKind::kInput, fmt::format("{}: {}", source_, what),
                 "hone reads a state dict as torch.save(model.state_dict(), ...) writes it");
  }

  const PickleValue& argument(const PickleValue& tuple, size_t index, PickleKind kind, const std::string& name) const {
    if (tuple.kind != PickleKind::kTuple || index >= tuple.items.size() || tuple.items[index]->kind != kind) {
      throw broken(fmt::format("\"{}\" is not described as a tensor", name));
    }
    return *tuple.items[index];
  }

  StoredTensor tensor_of(const std::string& name, const PickleValue& value) const {
    if (is_call_of(value, kRebuildParameter)) {
      const PickleValue& inner = argument(*value.arguments, 0, PickleKind::kCall, name);
      if (is_call_of(inner, kRebuildTensor)) return tensor_of(name, inner);
    }
    if (!is_call_of(value, kRebuildTensor)) throw broken(fmt::format("\"{}\" is not a tensor", name));
    const PickleValue& arguments = *value.arguments;
    const Storage storage = storage_of(argument(arguments, 0, PickleKind::kPersistent, name), name);
    const int64_t offset = argument(arguments, 1, PickleKind::kInteger, name).integer;
    StoredTensor tensor{name,
                        storage.dtype,
                        sizes_of(argument(arguments, 2, PickleKind::kTuple, name), name),
                        sizes_of(argument(arguments, 3, PickleKind::kTuple, name), name),
                        {}};
    place(tensor, storage, offset);
    return tensor;
  }

  // ('storage', its type, the member's name, the device, the number of elements).
  Storage storage_of(const PickleValue& persistent, const std::string& name) const {
    const PickleValue& id = *persistent.arguments;
    const PickleValue& type = argument(id, 1, PickleKind::kGlobal, name);
    const std::string& member_name = argument(id, 2, PickleKind::kText, name).text;
    const int64_t count = argument(id, 4, PickleKind::kInteger, name).integer;
    const at::ScalarType dtype = find_row(kStorages, "storage type", type.text, ErrorKind::kUnsupported).dtype;
    const auto member = members_.find(folder_ + "data/" + member_name);
    if (member == members_.end())
      throw broken(fmt::format("the storage \"{}\" of \"{}\" is missing", member_name, name));
    const int64_t size = checked_multiply(count, static_cast<int64_t>(c10::elementSize(dtype)), "a storage");
    if (count < 0 || static_cast<uint64_t>(size) != member->second.size()) {
      throw broken(fmt::format("the storage of \"{}\" has {} bytes instead of {}", name, member->second.size(), size));
    }
    return {dtype, member->second};
  }

  std::vector<int64_t> sizes_of(const PickleValue& tuple, const std::string& name) const {
    std::vector<int64_t> sizes;
    for (const PickleValue* item : tuple.items) {
      if (item->kind != PickleKind::kInteger || item->integer < 0) {
        throw broken(fmt::format("a size of \"{}\" is not a whole number", name));
      }
      sizes.push_back(item->integer);
    }
    return sizes;
  }

  // Sets the bytes from the first element to the last. Keeps the strides only if the elements are not contiguous.
  void place(StoredTensor& tensor, const Storage& storage, int64_t offset) const {
    if (tensor.strides.size() != tensor.shape.size()) {
      throw broken(
          fmt::format("\"{}\" has {} sizes and {} strides", tensor.name, tensor.shape.size(), tensor.strides.size()));
    }
    int64_t last = 0, count = 1;
    bool row_major = true;
    for (size_t i = tensor.shape.size(); i > 0; --i) {
      const int64_t size = tensor.shape[i - 1], stride = tensor.strides[i - 1];
      if (size > 1 && stride != count) row_major = false;
      if (size > 0) last = checked_add(last, checked_multiply(size - 1, stride, "a stride"), "a stride");
      count = checked_multiply(count, size, "the size of a tensor");
    }
    const auto element_size = static_cast<int64_t>(c10::elementSize(storage.dtype));
    const int64_t available = static_cast<int64_t>(storage.bytes.size()) / element_size;
    const int64_t needed = count == 0 ? 0 : checked_add(last, int64_t{1}, "the size of a tensor");
    if (offset < 0 || offset > available || needed > available - offset) {
      throw broken(fmt::format("\"{}\" of shape {} lies outside its storage of {} numbers", tensor.name,
                               shape_text(tensor.shape), available));
    }
    if (row_major || count == 0) tensor.strides.clear();
    tensor.bytes =
        storage.bytes.substr(static_cast<size_t>(offset * element_size), static_cast<size_t>(needed * element_size));
  }

  const std::string& source_;
  std::map<std::string, std::string_view> members_;
  std::string folder_;
  std::string_view pickle_;
};

}  // namespace

TorchFile::TorchFile(const std::filesystem::path& path) : file_(path) {
  const std::string source = path.string();
  if (file_.bytes().starts_with("\x80\x02")) {
    throw Error(ErrorKind::kUnsupported, fmt::format("{}: the file format that torch wrote before version 1.6", source),
                "load it in Python and save it again with torch.save, or better as safetensors");
  }
  tensors_ = StateDictReader(file_.bytes(), source).read();
}

}  // namespace hone::tensor
