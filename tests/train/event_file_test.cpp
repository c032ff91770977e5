// Compares records with those of torch's SummaryWriter and the tensorboard package (make_event_fixtures.py).
#include "train/event_file.h"

#include <doctest/doctest.h>

#include "base/files.h"
#include "base/host.h"
#include "expect_error.h"
#include "temporary_folder.h"
#include "train/json_fixture.h"

namespace event_file_test {

using namespace hone;
using namespace hone::train;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

TEST_CASE("CRC-32C equals that of RFC 3720, and the masked CRC that of tensorboard") {
  CHECK(crc32c("123456789") == 0xE3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  const Json cases = train_fixture("events.json");
  for (const Json& item : cases["masked_crcs"]) {
    CHECK(masked_crc32c(item["text"].get<std::string>()) == item["crc"].get<uint32_t>());
  }
}

TEST_CASE("records are byte-identical to those of the tensorboard package") {
  const Json cases = train_fixture("events.json");
  const double time = cases["wall_time"];
  CHECK(hex(tf_record(version_event(time))) == cases["version"]);
  CHECK(hex(tf_record(restart_event(time, cases["restart"]["step"]))) == cases["restart"]["record"]);
  for (const Json& item : cases["scalars"]) {
    const std::string tag = item["tag"];
    CAPTURE(tag);
    CHECK(hex(tf_record(scalar_event(time, item["step"], tag, item["value"].get<float>()))) == item["record"]);
  }
  for (const Json& item : cases["texts"]) {
    const std::string tag = item["tag"], text = item["text"];
    CAPTURE(tag);
    CHECK(hex(tf_record(text_event(time, item["step"], tag, text))) == item["record"]);
  }
}

TEST_CASE("a file is named by time, host and process, and begins with the version") {
  const TemporaryFolder folder;
  EventFile file(folder.path() / "a" / "b"), second(folder.path() / "a" / "b");
  CHECK(file.path() != second.path());
  CHECK(file.path().filename().string().starts_with("events.out.tfevents."));
  CHECK(contains(file.path().filename().string(), host_name()));
  file.add(scalar_event(1, 2, "tag", 3));
  const std::string bytes = read_file(file.path());
  CHECK(bytes.size() == tf_record(version_event(1)).size() + tf_record(scalar_event(1, 2, "tag", 3)).size());
  CHECK(bytes.ends_with(tf_record(scalar_event(1, 2, "tag", 3))));
  CHECK(contains(bytes, "brain.Event:2"));
}

TEST_CASE("the error for a folder that cannot be created names it") {
  const TemporaryFolder folder;
  folder.write("file", "x");
  const Error error = expect_error([&] { EventFile file(folder.path() / "file" / "events"); });
  CHECK(error.kind() == ErrorKind::kIo);
  CHECK(contains(error.what(), (folder.path() / "file" / "events").string()));
  CHECK(expect_error([] { EventFile file("/proc/self"); }).kind() == ErrorKind::kIo);
}

}  // namespace event_file_test
