// simdjson checks UTF-8 at memory speed. If it fails, a search finds the malformed byte for the message.
#include "table/text_source.h"

#include <simdjson.h>

#include <algorithm>

#include "base/error.h"
#include "base/utf8.h"

namespace hone::table {

namespace {

constexpr size_t kFirstWindow = size_t{1} << 22;
constexpr size_t kMaxSample = size_t{1} << 16;  // bytes from which the encoding is guessed

// Returns how many bytes at the end belong to an incomplete character.
size_t partial_character(std::string_view text) {
  for (size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0) == 0x80) continue;
    const size_t length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

// Returns true if all line ends of `text` are CR, as some programs still write them. Ignores a CR at the end of the
// text, which may belong to a CRLF, unless the file ends there.
bool ends_lines_in_cr(std::string_view text, bool is_whole) {
  if (!is_whole && text.ends_with('\r')) text.remove_suffix(1);
  return text.find('\n') == std::string_view::npos && text.find('\r') != std::string_view::npos;
}

// Returns true if the bytes look like Chinese text in GB18030 (or its older forms GBK and GB2312): nearly all bytes
// above ASCII form pairs that are common characters.
bool looks_like_gb18030(std::string_view text) {
  const auto in_range = [](unsigned char byte, unsigned first, unsigned last) { return byte >= first && byte <= last; };
  size_t common = 0, others = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto lead = static_cast<unsigned char>(text[i]);
    if (lead < 0x80) continue;
    const auto trail = static_cast<unsigned char>(i + 1 < text.size() ? text[i + 1] : 0);
    const bool is_pair = in_range(lead, 0x81, 0xFE) && in_range(trail, 0x40, 0xFE);
    const bool is_common = (in_range(lead, 0xA1, 0xA3) || in_range(lead, 0xB0, 0xF7)) && in_range(trail, 0xA1, 0xFE);
    ++(is_common ? common : others);
    i += is_pair ? 1 : 0;
  }
  return common > 9 * others;
}

void append_latin1(std::string& to, std::string_view bytes) {
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      to.push_back(c);
    } else {
      to.push_back(static_cast<char>(0xC0 | (byte >> 6)));
      to.push_back(static_cast<char>(0x80 | (byte & 0x3F)));
    }
  }
}

}  // namespace

TextSource::TextSource(const std::filesystem::path& path, Charset charset)
    : name_(std::make_shared<const std::string>(path.string())), charset_(charset) {
  const Compression compression = compression_of(path);
  if (compression == Compression::kNone) {
    mapped_ = std::make_unique<MappedFile>(path);
    cr_ends_lines_ =
        ends_lines_in_cr(mapped_->bytes().substr(0, kFirstWindow), mapped_->bytes().size() <= kFirstWindow);
  } else {
    reader_ = open_bytes(path, compression);
  }
  buffered_ = mapped_ == nullptr || charset_ == Charset::kLatin1 || cr_ends_lines_;
  more();
  skip_byte_order_mark();
}

void TextSource::convert_line_ends(size_t from) {
  if (mapped_ == nullptr && consumed_bytes_ == 0 && from == 0)
    cr_ends_lines_ = ends_lines_in_cr(buffer_, source_ended_);
  if (cr_ends_lines_) std::replace(buffer_.begin() + static_cast<ptrdiff_t>(from), buffer_.end(), '\r', '\n');
}

size_t TextSource::extend_mapped(size_t size) {
  const std::string_view bytes = mapped_->bytes();
  const size_t added = std::min(size, bytes.size() - mapped_end_);
  // A file may be larger than the memory: what was consumed need not stay in it.
  const size_t needed = mapped_end_ - (buffered_ ? 0 : all_.size());
  mapped_->release(bytes.substr(released_, needed - released_));
  released_ = needed;
  if (charset_ == Charset::kLatin1) {
    append_latin1(buffer_, bytes.substr(mapped_end_, added));
    mapped_end_ += added;
  } else if (buffered_) {
    buffer_ += bytes.substr(mapped_end_, added);
    mapped_end_ += added;
  } else {
    const size_t start = mapped_end_ - all_.size();
    mapped_end_ += added;
    all_ = bytes.substr(start, mapped_end_ - start);
  }
  source_ended_ = mapped_end_ == bytes.size();
  return added;
}

size_t TextSource::extend_streamed(size_t size) {
  std::string block(size, '\0');
  size_t added = 0;
  while (added < size) {
    const size_t count = reader_->read(block.data() + added, size - added);
    if (count == 0) break;
    added += count;
  }
  source_ended_ = added < size;
  block.resize(added);
  if (charset_ == Charset::kLatin1) {
    append_latin1(buffer_, block);
  } else {
    buffer_ += block;
  }
  return added;
}

bool TextSource::more() {
  if (ended_) return false;
  const size_t size = std::max(kFirstWindow, all_.size());
  if (buffered_ && buffer_start_ > 0) {
    buffer_.erase(0, buffer_start_);
    buffer_start_ = 0;
  }
  const size_t size_before = buffer_.size();
  mapped_ != nullptr ? extend_mapped(size) : extend_streamed(size);
  if (buffered_) {
    convert_line_ends(size_before);
    all_ = buffer_;
  }
  ended_ = source_ended_;
  window_ = ended_ ? all_ : all_.substr(0, all_.size() - partial_character(all_));
  if (consumed_bytes_ == 0 && checked_ == 0 && (window_.starts_with("\xFF\xFE") || window_.starts_with("\xFE\xFF"))) {
    throw Error(ErrorKind::kInput, fmt::format("{}: the text is UTF-16, not UTF-8", name()),
                fmt::format("convert it, for example: iconv -f UTF-16 -t UTF-8 {} > utf8{}", name(),
                            std::filesystem::path(name()).extension().string()));
  }
  validate(checked_);
  checked_ = window_.size();
  return true;
}

void TextSource::validate(size_t from) {
  const std::string_view added = window_.substr(from);
  if (charset_ == Charset::kLatin1 || simdjson::validate_utf8(added.data(), added.size())) return;
  const size_t bad = from + find_invalid_utf8(added);
  const std::string_view before = window_.substr(0, bad);
  const size_t line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  throw Error(ErrorKind::kInput,
              fmt::format("{}:{}: byte 0x{:02X} (byte {} of the line, {} of the file) is not UTF-8", name(),
                          consumed_lines_ + count_lines(before) + 1, static_cast<unsigned char>(window_[bad]),
                          bad - line_start + 1, consumed_bytes_ + bad + 1),
              fmt::format("convert the file, for example: iconv -f {} -t UTF-8 {} > utf8{}",
                          looks_like_gb18030(window_.substr(bad, kMaxSample)) ? "GB18030" : "LATIN1", name(),
                          std::filesystem::path(name()).extension().string()));
}

void TextSource::skip_byte_order_mark() {
  if (charset_ == Charset::kUtf8 && window_.starts_with("\xEF\xBB\xBF")) consume(3, 0);
}

void TextSource::consume(size_t size, uint64_t lines) {
  consumed_lines_ += lines;
  consumed_bytes_ += size;
  if (!buffer_.empty()) buffer_start_ += size;
  all_.remove_prefix(size);
  window_.remove_prefix(size);
  checked_ -= size;
}

}  // namespace hone::table
