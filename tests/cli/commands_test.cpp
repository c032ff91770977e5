#include "cli/commands.h"

#include <doctest/doctest.h>

#include <set>
#include <sstream>

#include "expect_error.h"
#include "options/help.h"
#include "options/value.h"

namespace commands_test {

using namespace hone;
using namespace hone::cli;

void check_field(const options::FieldList& list, const options::Field& field) {
  CAPTURE(field.name);
  CHECK_FALSE(field.doc.empty());
  CHECK_FALSE(field.doc.ends_with("."));
  CHECK(field.name.find('-') == std::string::npos);
  for (const std::string& old : field.old_names) CHECK(list.find(old) == nullptr);
  // A user could type the default as a value.
  const auto text = options::value_text(field);
  if (text && !text->empty()) CHECK_NOTHROW(options::assign(field, *text, field.name));
}

TEST_CASE("every command has a unique name, a group and a doc line") {
  std::set<std::string_view> names;
  for (const Command& command : kCommands) {
    CAPTURE(std::string(command.name));
    CHECK(names.insert(command.name).second);
    CHECK_FALSE(command.group.empty());
    CHECK_FALSE(command.doc.empty());
    CHECK_FALSE(command.doc.ends_with("."));
  }
}

TEST_CASE("the commands of a group stand together") {
  std::set<std::string_view> groups;
  std::string_view last;
  for (const Command& command : kCommands) {
    if (command.group != last) CHECK(groups.insert(command.group).second);
    last = command.group;
  }
}

TEST_CASE("every option of every command is documented, and its default is a valid value") {
  for (const Command& command : kCommands) {
    CAPTURE(std::string(command.name));
    command.with_fields([](const options::FieldList& list) {
      for (const options::Field& field : list.fields()) check_field(list, field);
    });
  }
}

TEST_CASE("the help of every command and of every group fits into 80 columns") {
  for (const Command& command : kCommands) {
    CAPTURE(std::string(command.name));
    std::set<std::string> topics = {"", "all"};
    command.with_fields([&](const options::FieldList& list) {
      for (const options::Field& field : list.fields()) {
        if (!field.group.empty()) topics.insert(options::group_key(field.group));
      }
    });
    for (const std::string& topic : topics) {
      std::istringstream lines(command_help(command, topic, 80));
      for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        CHECK(line.size() <= 80);
      }
    }
  }
}

TEST_CASE("the groups of a command have distinct keys, none of which is \"all\"") {
  for (const Command& command : kCommands) {
    CAPTURE(std::string(command.name));
    std::set<std::string> headings, keys = {std::string(options::kAllGroups)};
    command.with_fields([&](const options::FieldList& list) {
      for (const options::Field& field : list.fields()) headings.insert(field.group);
    });
    for (const std::string& heading : headings) CHECK(keys.insert(options::group_key(heading)).second);
  }
}

TEST_CASE("the common options of a command exist and are not required") {
  for (const Command& command : kCommands) {
    command.with_fields([&](const options::FieldList& list) {
      for (const std::string_view name : command.common) {
        CAPTURE(std::string(name));
        const options::Field* field = list.find(name);
        REQUIRE(field != nullptr);
        CHECK_FALSE(field->is_required);
      }
    });
  }
}

TEST_CASE("an option holds paths if its value's name is file, folder, path or run") {
  for (const Command& command : kCommands) {
    command.with_fields([&](const options::FieldList& list) {
      for (const options::Field& field : list.fields()) {
        const std::string value = options::value_name_of(field);
        bool names_path = false;
        for (const char* name : {"FILE", "DIR", "PATH", "RUN"}) names_path |= value.starts_with(name);
        CAPTURE(field.name);
        CHECK(field.holds_paths == names_path);
      }
    });
  }
}

}  // namespace commands_test
