# Tests each check on a small tree that it must accept, and on trees with one fault each that it must find.
import os
import stat
import sys
import tempfile
import unittest
from pathlib import Path

import floors
import format as format_check
import functions
import hints
import mirror
import options_doc
import options_read
import sizes
import source_tree
import sources

CMAKE = """hone_floor(base LIBRARIES fmt::fmt)
hone_floor(text USES base PRIVATE_LIBRARIES x)
hone_floor(nn TORCH USES base)
set(hone_cli_LIGHT help)
"""
TREE = {
    "src/CMakeLists.txt": CMAKE,
    "src/base/names.h": "// Names.\n#pragma once\nint number();\n",
    "src/base/names.cpp": '// Names.\n#include "base/names.h"\n\nint number() { return 1; }\n',
    "src/text/words.h": '// Words.\n#pragma once\n\n#include "base/names.h"\n\ninline int words() { return number(); }\n',
    "src/nn/linear.cpp": '// Linear.\n#include <ATen/core/Tensor.h>\n\n#include "base/names.h"\n\nvoid run() {}\n',
    "src/cli/main.cpp": '// Main.\n#include "text/words.h"\n\nint main() { return words(); }\n',
    "tests/base/names_test.cpp": "void test() {}\n",
    "tests/text/words_test.cpp": "void test() {}\n",
    "tests/nn/linear_test.cpp": "void test() {}\n",
    "tests/cli/main_test.cpp": "void test() {}\n",
}


class CheckTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        for name, content in TREE.items():
            self.write(name, content)

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")

    def append(self, name, content):
        self.write(name, (self.root / name).read_text(encoding="utf-8") + content)

    def expect(self, check, *parts):
        """Asserts that the check finds problems and that one of them contains all the parts."""
        found = check.problems(self.root)
        self.assertTrue(any(all(part in line for part in parts) for line in found), found)

    def expect_none(self, check):
        self.assertEqual(check.problems(self.root), [])


class FloorsTest(CheckTest):
    def test_a_good_tree_passes(self):
        self.expect_none(floors)

    def test_an_include_of_a_floor_above(self):
        self.append("src/base/names.cpp", '#include "text/words.h"\n')
        self.expect(floors, "src/base/names.cpp:5: includes text/words.h", "floor base may use only: base")

    def test_an_include_of_a_floor_that_is_not_named(self):
        self.append("src/nn/linear.cpp", '#  include "text/words.h"\n')
        self.expect(floors, "src/nn/linear.cpp:7: includes text/words.h", "only: nn, base")

    def test_an_include_without_its_floor(self):
        self.append("src/base/names.cpp", '#include "names.h"\n')
        self.expect(floors, "src/base/names.cpp:5: includes names.h", "not named by its floor")

    def test_a_ring(self):
        self.write("src/CMakeLists.txt", CMAKE.replace("base LIBRARIES", "base USES text LIBRARIES"))
        self.expect(floors, "floor base uses text, which is not declared above it")

    def test_a_folder_that_is_no_floor(self):
        self.write("src/helpers/x.h", "// X.\n")
        self.expect(floors, "src/helpers: this folder is no floor")

    def test_libtorch_in_a_floor_without_it(self):
        self.append("src/text/words.h", "#include <c10/core/Device.h>\n")
        self.expect(floors, "src/text/words.h:7: includes c10/core/Device.h", "floor text has no libtorch")

    def test_heavy_headers_in_a_floor_with_tensors(self):
        self.write("src/CMakeLists.txt", CMAKE.replace("nn TORCH", "nn TENSORS"))
        self.write("src/nn/linear.cpp", "#include <ATen/core/Tensor.h>\n#include <ATen/ops/empty.h>\n")
        self.assertFalse([line for line in floors.problems(self.root) if "src/nn/linear.cpp" in line])
        self.write("src/nn/linear.cpp", "#include <torch/csrc/autograd/custom_function.h>\n")
        self.expect(floors, "src/nn/linear.cpp:1: includes torch/csrc/autograd/custom_function.h", "single ATen/ops only")

    def test_the_headers_of_all_operators(self):
        self.write("src/nn/linear.cpp", "#include <torch/csrc/autograd/custom_function.h>\n")
        self.assertFalse([line for line in floors.problems(self.root) if "src/nn/linear.cpp" in line])
        self.write("src/nn/linear.cpp", "#include <ATen/ATen.h>\n")
        self.expect(floors, "src/nn/linear.cpp:1: includes ATen/ATen.h", "single ATen/ops only")

    def test_a_quick_floor_declared_with_libtorch(self):
        self.write("src/CMakeLists.txt", CMAKE.replace("text USES", "text TORCH USES"))
        self.expect(floors, "floor text must not need libtorch")

    def test_libtorch_under_the_program(self):
        self.write("src/nn/options.h", "// O.\n#include <torch/torch.h>\n")
        self.append("src/cli/main.cpp", '#include "nn/options.h"\n')
        self.expect(floors, "src/nn/options.h:2", "usable without libtorch")

    def test_no_floors_at_all(self):
        self.write("src/CMakeLists.txt", "")
        self.expect(floors, "no hone_floor line")


class MirrorTest(CheckTest):
    def setUp(self):
        super().setUp()
        for path in (*mirror.UNTESTED, *mirror.WITHOUT_SOURCE):
            self.write(path, "// Untested.\n")

    def test_a_good_tree_passes(self):
        self.expect_none(mirror)

    def lengthen(self, name):
        self.append(name, "int line();\n" * mirror.MAX_UNTESTED_HEADER)

    def test_a_source_without_test(self):
        (self.root / "tests/base/names_test.cpp").unlink()
        self.expect_none(mirror)
        self.lengthen("src/base/names.h")
        self.expect(mirror, "src/base/names.cpp: has no test tests/base/names_test.cpp")

    def test_a_source_without_header_needs_a_test(self):
        (self.root / "tests/nn/linear_test.cpp").unlink()
        self.expect(mirror, "src/nn/linear.cpp: has no test")

    def test_a_header_with_code_without_test(self):
        (self.root / "tests/text/words_test.cpp").unlink()
        self.expect_none(mirror)
        self.lengthen("src/text/words.h")
        self.expect(mirror, "src/text/words.h: has no test")

    def test_a_header_of_declarations_needs_no_test(self):
        self.write("src/text/options.h", "// O.\nstruct O {\n  static void fields(O&) {}\n};\nint f();\n")
        self.lengthen("src/text/options.h")
        self.expect_none(mirror)

    def test_a_test_without_source(self):
        self.write("tests/base/old_test.cpp", "")
        self.expect(mirror, "tests/base/old_test.cpp: tests no source")

    def test_an_exception_that_is_gone(self):
        (self.root / next(iter(mirror.UNTESTED))).unlink()
        self.expect(mirror, "take it off the list")


class SizesTest(CheckTest):
    def test_a_good_tree_passes(self):
        self.expect_none(sizes)

    def test_a_long_function(self):
        body = "  run();\n" * 79
        self.write("src/nn/linear.cpp", "// L.\nvoid good() {\n" + body[9:] + "}\n")
        self.expect_none(sizes)
        self.write("src/nn/linear.cpp", "// L.\nvoid good() {\n}\nvoid bad() {\n" + body + "}\n")
        self.expect(sizes, "src/nn/linear.cpp:4: bad has 81 lines")

    def test_a_long_python_function(self):
        self.write("tests/check/x.py", "def long():\n" + "    pass\n" * 80)
        self.expect(sizes, "tests/check/x.py:1: long has 81 lines")

    def test_a_long_file(self):
        self.write("src/base/names.h", "// N.\n" * 501)
        self.expect(sizes, "src/base/names.h: 501 lines")

    def test_a_long_page(self):
        self.write("web/src/try/page.tsx", "// P.\n" * 501)
        self.expect(sizes, "web/src/try/page.tsx: 501 lines")

    def test_mostly_large_functions(self):
        for i in range(9):
            self.write(f"src/nn/n{i}.cpp", "void f() {\n" + "  g();\n" * 30 + "}\n")
        self.expect(sizes, "functions: less than 80% are under 25 lines")

    def test_braces_that_do_not_match(self):
        self.append("src/nn/linear.cpp", "void f() {\n")
        self.expect(sizes, "src/nn/linear.cpp: cannot be measured")


class FunctionsTest(unittest.TestCase):
    def found(self, text):
        return [(f.name, f.line, f.length) for f in functions.cpp_functions(text)]

    def test_functions_of_namespaces_and_classes(self):
        text = "namespace a::b {\nnamespace {\nint f(int x) {\n  if (x) {\n  }\n}\n}\nclass C : public D<int> {\n public:\n"
        text += "  C() : x_{1}, y_(2) {\n  }\n  bool operator==(const C&) const { return true; }\n  int x_{3};\n};\n}\n"
        self.assertEqual(self.found(text), [("f", 3, 4), ("C", 10, 2), ("operator==", 12, 1)])

    def test_templates_and_return_types(self):
        text = "template <class T, typename U = std::vector<T>>\nauto f(T t) -> decltype(t) {\n}\nstruct S* g() {\n}\n"
        self.assertEqual(self.found(text), [("f", 1, 3), ("g", 4, 2)])

    def test_initializers_are_not_functions(self):
        self.assertEqual(self.found("int a[] = {1, 2};\nenum class E { kA };\nint b{1};\nX c = f({1});\n"), [])

    def test_braces_in_texts_and_comments(self):
        text = 'void f() {\n  g("{", \'{\', R"x({{"\n)x");  // {\n  /* {\n */ h(1\'000);\n}\n#define B {\nvoid e() {}\n'
        self.assertEqual(self.found(text), [("f", 1, 6), ("e", 8, 1)])

    def test_tests_and_macros(self):
        self.assertEqual(self.found('TEST_CASE("a name {") {\n  f();\n}\n'), [("TEST_CASE", 1, 3)])


class SourcesTest(CheckTest):
    def test_a_good_tree_passes(self):
        self.expect_none(sources)

    def test_each_fault_of_a_line(self):
        for line, problem in (("// caf\u00e9", "not ASCII"), ("\tint x;", "a tab"), ("// XX" "X later", "left over"),
                              ("  // TO" "DO: more", "left over"), ("  // run(3);", "code in a comment"),
                              ("// int x = 3;", "code in a comment"),
                              ("// longer texts are cut, which is" " said", "use the plain words")):
            self.write("src/base/names.cpp", f"// Names.\n{line}\n")
            self.expect(sources, "src/base/names.cpp:2: ", problem)

    def test_the_pages_may_speak_chinese(self):
        self.write("web/src/try/texts.ts", "// Texts.\nexport const title = \"\u7535\u5f71\";\n")
        self.expect_none(sources)
        self.write("tests/web/try.test.ts", "import x;\n\t// TO" "DO: more\n")
        self.expect(sources, "tests/web/try.test.ts:1: the file must open with a comment")
        self.expect(sources, "tests/web/try.test.ts:2: ", "a tab")
        self.expect(sources, "tests/web/try.test.ts:2: ", "left over")

    def test_files_of_a_floor_share_no_name(self):
        text = "namespace hone::{} {{\n\nnamespace {{\n\nstruct Row {{\n  int x;\n}};\n\n}}  // namespace\n\n}}\n"
        self.write("src/nn/a.cpp", "// A.\n" + text.format("nn"))
        self.write("src/nn/b.cpp", "// B.\n" + text.format("nn"))
        self.expect(sources, "src/nn/b.cpp: ", "Row is also the name of a type or constant in src/nn/a.cpp")
        self.write("src/nn/b.cpp", "// B.\n" + text.format("nn::b"))
        self.expect_none(sources)

    def test_prose_is_not_code(self):
        self.write("src/base/names.cpp", "// Names.\n// The sum, as f(x); see below.\n// a = b; c\n")
        self.expect_none(sources)

    def test_a_file_without_opening_comment(self):
        self.write("src/base/names.cpp", "int x;\n")
        self.expect_none(sources)
        self.write("src/base/names.h", "#pragma once\n")
        self.expect(sources, "src/base/names.h:1: the file must open with a comment")
        self.write("src/nn/linear.cpp", "int x;\n")
        self.expect(sources, "src/nn/linear.cpp:1: the file must open with a comment")

    def test_a_header_without_guard(self):
        self.write("src/base/names.h", "// Names.\n")
        self.expect(sources, "src/base/names.h: the header lacks #pragma once")

    def test_a_last_line_without_end(self):
        self.append("src/base/names.h", "int x;")
        self.expect(sources, "the last line has no end")


class FormatTest(CheckTest):
    def setUp(self):
        super().setUp()
        self.write(".clang-format", "BasedOnStyle: Google\nColumnLimit: 120\n")

    def test_a_good_tree_passes(self):
        self.expect_none(format_check)

    def test_a_file_of_another_style(self):
        self.append("src/base/names.cpp", "int  x ;\n")
        self.expect(format_check, "src/base/names.cpp: not formatted")

    def test_a_setting_that_does_not_exist(self):
        self.write(".clang-format", "Nonsense: 1\n")
        self.expect(format_check, "Nonsense")


class OptionsDocTest(CheckTest):
    def setUp(self):
        super().setUp()
        self.program = str(self.root / "hone")
        self.write("hone", "#!/bin/sh\necho '# Options'\necho \"$@\"\n")
        os.chmod(self.program, stat.S_IRWXU)

    def test_the_same_text_passes(self):
        self.write("docs/options.md", "# Options\nhelp --markdown\n")
        self.assertEqual(options_doc.problems(self.program, self.root), [])

    def test_a_difference_and_a_missing_file(self):
        self.assertTrue(options_doc.problems(self.program, self.root))
        self.write("docs/options.md", "# Options\nother\n")
        found = options_doc.problems(self.program, self.root)
        self.assertIn("-other", found)
        self.assertIn("out of date", found[-1])


OPTIONS = """// Options.
#pragma once
struct ColourOptions {
  int red = 0;
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    visit("red", self.red, "how red");
  }
};
struct PaintOptions {
  ColourOptions colour;
  int coats = 1;
  template <typename Self, typename Visitor>
  static void fields(Self& self, Visitor& visit) {
    ColourOptions::fields(self.colour, visit);
    visit(
        "num_coats", self.coats, "how often");
  }
};
"""


class OptionsReadTest(CheckTest):
    def setUp(self):
        super().setUp()
        self.write("src/cli/commands.h", '// Commands.\nlibrary_command<PaintOptions>("paint", "Work", "paint");\n')
        self.write("src/cli/paint_options.h", OPTIONS)
        self.write("src/cli/paint.cpp", '// Paint.\n#include "cli/paint_options.h"\n#include "base/wall.h"\n'
                                        "int paint(const PaintOptions& o) { return wall(o.colour) + o.coats; }\n")
        self.write("src/base/wall.h", "// Wall.\nint wall(const ColourOptions& o);\n")
        self.write("src/base/wall.cpp", "// Wall.\nint wall(const ColourOptions& o) { return o.red; }\n")

    def test_options_that_are_read_pass(self):
        self.expect_none(options_read)

    def test_an_option_that_nobody_reads(self):
        self.write("src/base/wall.cpp", "// Wall, o.red.\nint wall(const ColourOptions& o) { return 1; }\n")
        self.expect(options_read, "hone paint", "the option red")
        self.write("src/cli/paint.cpp", '// Paint.\n#include "cli/paint_options.h"\nconst char* text = "o.coats";\n')
        self.expect(options_read, "the option num_coats (coats)")

    def test_a_read_that_the_command_does_not_reach(self):
        self.write("src/base/wall.cpp", "// Wall.\nint wall(const ColourOptions& o) { return 1; }\n")
        self.write("src/text/words.cpp", "// Words.\nint words(const ColourOptions& o) { return o.red; }\n")
        self.expect(options_read, "the option red")

    def test_an_option_of_a_base_that_nobody_reads(self):
        self.write("src/cli/base_options.h", '// Bases.\n#pragma once\nstruct BrushOptions {\n  int width = 0;\n'
                   '  static void fields(Self& self, Visitor& visit) {\n    visit("brush_width", self.width, "w");\n  }\n};\n')
        path = self.root / "src/cli/paint_options.h"
        path.write_text(path.read_text().replace("struct PaintOptions {", "struct PaintOptions : table::BrushOptions {"))
        self.expect(options_read, "the option brush_width (width)")

    def test_a_command_of_two_words(self):
        self.write("src/cli/commands.h", '// Commands.\nlibrary_command<PaintOptions>("wall paint", "Work", "paint");\n')
        self.expect(options_read, "hone wall paint", "src/cli/wall_paint.cpp", "the option red")
        self.write("src/cli/wall_paint.cpp", (self.root / "src/cli/paint.cpp").read_text())
        self.expect_none(options_read)

    def test_a_table_without_commands(self):
        self.write("src/cli/commands.h", "// Commands.\n")
        self.expect(options_read, "no command found")


class HintsTest(CheckTest):
    def setUp(self):
        super().setUp()
        self.program = str(self.root / "hone")
        self.write("hone", "#!/bin/sh\nprintf '# Options\\n\\n## hone paint\\n\\n| `--red`, `--rouge` | a |\\n\\n"
                           "## hone wash\\n\\n| `--soap` | a |\\n'\n")
        os.chmod(self.program, stat.S_IRWXU)
        self.write("src/cli/paint.cpp", '// Paint.\n#include "base/names.h"\n')
        self.write("src/cli/wash.cpp", "// Wash.\n")

    def found(self, text):
        self.write("src/base/names.cpp", f"// Give --nonsense.\n\nconst char* hint = {text};\n")
        return hints.problems(self.program, self.root)

    def test_options_of_the_command_pass(self):
        for text in ('"give --red"', '"give --rouge or --no-red; or --help"', '"first hone wash --soap 1"', '"a -- b"',
                     '"--re"\n    "d"'):
            self.assertEqual(self.found(text), [], text)

    def test_an_option_that_no_command_has(self):
        self.assertIn("src/base/names.cpp:3: ", self.found('"give --blue"')[0])
        self.assertIn("hone wash has no option --red", self.found('"first hone wash --red 1"')[0])

    def test_a_command_of_two_words(self):
        self.write("hone", "#!/bin/sh\nprintf '# Options\\n\\n## hone wall paint\\n\\n| `--red` | a |\\n'\n")
        self.write("src/cli/wall_paint.cpp", '// Paint.\n#include "base/names.h"\n')
        self.assertEqual(self.found('"first hone wall paint --red 1"'), [])
        self.assertIn("hone wall paint has no option --blue", self.found('"first hone wall paint --blue"')[0])
        self.assertIn("no command that reaches", self.found('"give --blue"')[0])

    def test_an_option_of_a_command_that_does_not_reach_the_text(self):
        self.assertIn("no command that reaches this text has all of --soap", self.found('"give --soap"')[0])
        self.assertIn("--red, --soap", self.found('"give --red, or --soap"')[0])


class ThisTreeTest(unittest.TestCase):
    def test_the_checks_see_the_files_of_this_tree(self):
        root = Path(__file__).resolve().parents[2]
        self.assertIn(Path("src/base/error.h"), source_tree.code_files(root, ".h"))
        self.assertGreater(len(source_tree.code_files(root, ".cpp")), 20)
        self.assertEqual(floors.light_sources(source_tree.read(root, "src/CMakeLists.txt"))[1], "cli/advise.cpp")
        self.assertGreater(len(functions.functions_of(root, Path("src/base/files.cpp"))), 10)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main(buffer=True)
