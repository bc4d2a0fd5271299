// No two types of the house have one name. The second half plants such types, and others that only
// look like them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/tidy/name_rules.h"
#include "tests/tidy/tracked_files.h"

namespace fairfeed::tidy {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string kRoot = FAIRFEED_SOURCE_DIR;

bool is_of_the_house(const SourceFile& file) {
    return file.is_cpp() && (file.in("core/") || file.in("edge-node/") || file.in("gateway/") ||
                             file.in("meter-sim/"));
}

TEST(TypeNames, are_unique_in_the_house) {
    TypeNames names;
    for (const std::string& path : tracked_files(kRoot)) {
        const SourceFile file = read_source(kRoot, path);
        if (!is_of_the_house(file)) continue;
        for (const Finding& finding : names.seen_before(file))
            ADD_FAILURE() << path << ":" << finding.line << ": " << finding.text;
    }
}

std::vector<std::string> names_in(const std::string& text) {
    std::vector<std::string> out;
    for (const DefinedType& type : types_of(make_source("core/base/x.h", text)))
        out.push_back(type.name);
    return out;
}

TEST(TypeNames, are_read_with_their_namespace) {
    EXPECT_THAT(names_in("namespace a::b {\nstruct One;\nclass Two : public X {\n    struct In {\n"
                         "    };\n};\nenum class Three : std::uint8_t { x };\n"
                         "class [[nodiscard]] Four {};\nstruct Two::Out {};\n}  // namespace "
                         "a::b\nstruct Five {};\n"),
                ElementsAre("a::b::Two", "a::b::Three", "a::b::Four", "a::b::Two::Out", "Five"));
    EXPECT_THAT(names_in("namespace a {\nnamespace {\nstruct One {};\n}  // namespace\n"
                         "template <>\nstruct hash<X> {};\n}  // namespace a\n"),
                IsEmpty());
}

TEST(TypeNames, that_two_files_define_are_found) {
    TypeNames names;
    const auto said = [&](const char* path, const std::string& name, const std::string& space) {
        return names.seen_before(make_source(
            path, "namespace " + space + " {\nstruct " + name + " {};\n}  // namespace\n"));
    };
    EXPECT_THAT(said("core/base/x.h", "One", "a"), IsEmpty());
    EXPECT_THAT(said("core/base/y.h", "Two", "a"), IsEmpty());
    EXPECT_THAT(said("core/base/z.h", "One", "b"), IsEmpty());
    const auto findings = said("meter-sim/x.h", "One", "a");
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].line, 2U);
    EXPECT_THAT(findings[0].text, HasSubstr("'a::One' is defined in core/base/x.h"));
}

}  // namespace
}  // namespace fairfeed::tidy
