// The stories of whole nodes, tests/scenarios/{committee,nodes}_*.txt. FAIRFEED_UPDATE_SCENARIOS=1
// rewrites the nodes' actions; read the diff before committing it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "tests/unit/node/story.h"

namespace fairfeed::test {
namespace {

const std::filesystem::path kDirectory(FAIRFEED_SOURCE_DIR "/tests/scenarios");

std::vector<std::string> stories() {
    std::vector<std::string> out;
    for (const auto& entry : std::filesystem::directory_iterator(kDirectory)) {
        const std::string name = entry.path().stem().string();
        if (!name.starts_with("consensus_")) out.push_back(name);
    }
    std::sort(out.begin(), out.end());
    return out;
}

class NodeScenario : public testing::TestWithParam<std::string> {};

TEST_P(NodeScenario, goes_as_told) {
    const std::filesystem::path file = kDirectory / (GetParam() + ".txt");
    std::stringstream told;
    told << std::ifstream(file).rdbuf();
    ASSERT_FALSE(told.str().empty());
    const std::string now = Story::retell(told.str());
    if (std::getenv("FAIRFEED_UPDATE_SCENARIOS") != nullptr) std::ofstream(file) << now;
    EXPECT_EQ(now, told.str()) << "FAIRFEED_UPDATE_SCENARIOS=1 accepts what the nodes do now";
}

INSTANTIATE_TEST_SUITE_P(Of, NodeScenario, testing::ValuesIn(stories()),
                         [](const auto& story) { return story.param; });

}  // namespace
}  // namespace fairfeed::test
