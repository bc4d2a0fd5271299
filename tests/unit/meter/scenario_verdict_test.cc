#include "meter-sim/scenario_verdict.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fairfeed {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const MeterId kOne("m-1");
const MeterId kTwo("m-2");

Json parsed(const std::string& text) {
    const auto json = Json::parse(text);
    EXPECT_TRUE(json) << text;
    return json ? *json : Json();
}

NodeFacts node(const std::string& name, const std::string& before, const std::string& now) {
    return {name, parsed(before), parsed(now)};
}

class ScenarioVerdictTest : public ::testing::Test {
  protected:
    ScenarioVerdictTest() {
        hears_a_share(kOne, 0);
        hears_a_share(kOne, 1);
        hears_a_share(kTwo, 0, 900);
    }
    void hears_a_share(const MeterId& meter, Window window, std::int64_t share_w = kNoShareW) {
        MeterState state;
        state.shares = {{window, {share_w, 0}}};
        witness_.saw(meter, meter_effect::PersistState{state});
    }
    [[nodiscard]] ScenarioRow row(ScenarioFact fact, std::int64_t count,
                                  std::set<MeterId> meters = {kOne, kTwo}) const {
        Scenario scenario;
        scenario.expectations = {{fact, std::move(meters), false, count}};
        return judge(scenario, witness_, nodes_).front();
    }

    ScenarioWitness witness_{0};
    std::vector<NodeFacts> nodes_;
};

TEST_F(ScenarioVerdictTest, the_meter_that_has_least_decides) {
    EXPECT_TRUE(row(ScenarioFact::settled, 1).met);
    const ScenarioRow missed = row(ScenarioFact::settled, 2);
    EXPECT_FALSE(missed.met);
    EXPECT_EQ(missed.expected, "at least 2 windows");
    EXPECT_EQ(missed.seen, "1 window (m-2)");
    EXPECT_TRUE(row(ScenarioFact::shares, 2, {kOne}).met);
    EXPECT_FALSE(row(ScenarioFact::shares, 3, {kOne}).met);
}

TEST_F(ScenarioVerdictTest, estimates_are_counted_exactly) {
    EXPECT_TRUE(row(ScenarioFact::estimated, 2, {kOne}).met);
    const ScenarioRow one_too_few = row(ScenarioFact::estimated, 2);
    EXPECT_FALSE(one_too_few.met);
    EXPECT_EQ(one_too_few.seen, "1 window (m-2)");
    EXPECT_EQ(one_too_few.source, "receipts and shares");
    EXPECT_FALSE(row(ScenarioFact::estimated, 1).met) << "one too many is as wrong";
}

TEST_F(ScenarioVerdictTest, nodes_know_better_than_meters_what_was_estimated) {
    nodes_ = {node("n1", R"({"estimated":{"m-1":3}})", R"({"estimated":{"m-1":3,"m-2":1}})")};
    EXPECT_TRUE(row(ScenarioFact::estimated, 0, {kOne}).met) << "it was 3 before the scenario";
    EXPECT_TRUE(row(ScenarioFact::estimated, 1, {kTwo}).met);
    nodes_.push_back(node("n2", R"({"estimated":{}})", R"({"estimated":{}})"));
    const ScenarioRow split = row(ScenarioFact::estimated, 1, {kTwo});
    EXPECT_FALSE(split.met);
    EXPECT_EQ(split.seen, "0 windows (m-2 at n2)");
    EXPECT_EQ(split.source, "status of n1, n2");
}

TEST_F(ScenarioVerdictTest, a_status_without_the_member_meets_nothing) {
    nodes_ = {node("n1", "{}", "{}")};
    for (const ScenarioFact fact :
         {ScenarioFact::estimated, ScenarioFact::trued_up, ScenarioFact::seal_broken,
          ScenarioFact::over_certified, ScenarioFact::node_alarms})
        EXPECT_FALSE(row(fact, 0).met);
    EXPECT_THAT(row(ScenarioFact::estimated, 0).seen, HasSubstr("not in the status"));
}

TEST_F(ScenarioVerdictTest, a_share_limits_each_of_them_or_none) {
    EXPECT_TRUE(row(ScenarioFact::curtailed, 1, {kTwo}).met);
    EXPECT_TRUE(row(ScenarioFact::curtailed, 0, {kOne}).met);
    EXPECT_EQ(row(ScenarioFact::curtailed, 1).seen, "m-1 is not limited");
    EXPECT_EQ(row(ScenarioFact::curtailed, 0).seen, "m-2 is limited");
}

TEST_F(ScenarioVerdictTest, broken_seals_are_exactly_those_named) {
    EXPECT_TRUE(row(ScenarioFact::seal_broken, 0, {}).met);
    EXPECT_FALSE(row(ScenarioFact::seal_broken, 0, {kOne}).met);
    nodes_ = {node("n1", R"({"tampered":{"m-9":1}})", R"({"tampered":{"m-9":1,"m-1":4}})")};
    EXPECT_TRUE(row(ScenarioFact::seal_broken, 0, {kOne}).met);
    EXPECT_EQ(row(ScenarioFact::seal_broken, 0, {kTwo}).seen, "m-1 (n1)");
}

TEST_F(ScenarioVerdictTest, what_each_node_knows_of_its_own_clusters_is_put_together) {
    nodes_ = {node("n1", R"({"over_certified":{}})", R"({"over_certified":{"m-1":2}})"),
              node("n2", R"({"over_certified":{}})", R"({"over_certified":{"m-2":1}})")};
    EXPECT_TRUE(row(ScenarioFact::over_certified, 0).met);
    EXPECT_EQ(row(ScenarioFact::over_certified, 0, {kOne}).seen, "m-1, m-2");
    nodes_.clear();
    EXPECT_FALSE(row(ScenarioFact::over_certified, 0, {}).met) << "nobody looked";
}

TEST_F(ScenarioVerdictTest, counts_the_alarms_of_each_node_and_quotes_the_first) {
    nodes_ = {node("n1", "{}", R"({"alarms":[]})"),
              node("n2", "{}", R"({"alarms":["no quorum"]})")};
    const ScenarioRow alarmed = row(ScenarioFact::node_alarms, 0);
    EXPECT_FALSE(alarmed.met);
    EXPECT_EQ(alarmed.seen, "1 alarm (n2): no quorum");
}

TEST_F(ScenarioVerdictTest, its_table_is_aligned_and_says_what_was_not_met) {
    const std::vector<ScenarioRow> rows{row(ScenarioFact::settled, 1, {kOne}),
                                        row(ScenarioFact::settled, 2, {kTwo})};
    EXPECT_FALSE(all_met(rows));
    EXPECT_THAT(table_of(rows),
                ElementsAre("what     of   expected            seen                known from",
                            "settled  m-1  at least 1 window   2 windows  met      shares",
                            "settled  m-2  at least 2 windows  1 window   NOT MET  shares"));
    EXPECT_EQ(to_json(rows).at(1).at("met"), Json(false));
}

}  // namespace
}  // namespace fairfeed
