// docs/state.md and docs/ledger-format.md copy parts of the sources; the copies must be exact.
#include <gtest/gtest.h>

#include "core/io/file.h"
#include "core/ledger/schema.h"
#include "core/model/reject.h"

namespace fairfeed {
namespace {

std::string page(const char* name) {
    const auto text = read_text_file(std::filesystem::path(FAIRFEED_SOURCE_DIR "/docs") / name);
    CHECK(text.has_value());
    return *text;
}

TEST(Documents, list_every_refusal) {
    const std::string text = page("state.md");
    const std::string list = text.substr(text.find("\n## 6. Refusals"));
    for (std::size_t i = 0; i < kRejectCount; ++i) {
        const std::string name(to_string(static_cast<Reject>(i)));
        EXPECT_NE(list.find("`" + name + "`"), std::string::npos) << name;
    }
}

TEST(Documents, have_the_tables_of_the_ledger_and_the_version_of_their_layout) {
    const std::string text = page("ledger-format.md");
    std::string schema(kLedgerSchema);
    schema.erase(0, schema.find_first_not_of('\n'));
    EXPECT_NE(text.find(schema), std::string::npos) << schema;
    const std::string version =
        "version of the layout, " + std::to_string(kLedgerSchemaVersion) + ".";
    EXPECT_NE(text.find(version), std::string::npos) << version;
}

}  // namespace
}  // namespace fairfeed
