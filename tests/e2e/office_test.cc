// The office of a running network: programs draft, sign and submit, and nodes decide.
#include <gtest/gtest.h>

#include "core/io/file.h"
#include "core/io/json.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/running_lab.h"
#include "tests/support/wait.h"

namespace fairfeed::e2e {
namespace {

struct Said {
    int status = 0;
    std::string text;
};

Said gateway(const std::vector<std::string>& words) {
    std::vector<std::string> command{program("gateway")};
    command.insert(command.end(), words.begin(), words.end());
    RunningProgram run(command);
    const int status = run.wait();
    return {status, run.output()};
}

class Office : public ::testing::Test {
  protected:
    [[nodiscard]] std::string in(const std::string& name) const {
        return lab_.in("lab/" + name).string();
    }
    [[nodiscard]] Said draft(const std::string& file, const std::string& sequence,
                             const std::vector<std::string>& what) const {
        std::vector<std::string> words{"draft", "--config", in("dgmd/gateway.yaml"),
                                       "--out", in(file),   "--sequence",
                                       sequence};
        words.insert(words.end(), what.begin(), what.end());
        return gateway(words);
    }
    [[nodiscard]] Said sign(const std::string& file, const std::string& officer) const {
        return gateway({"sign", in(file), "--genesis", in("genesis.cbor"), "--key",
                        in("officers/" + officer + ".key")});
    }
    [[nodiscard]] Said submit(const std::string& file) const {
        return gateway({"submit", in(file), "--config", in("dgmd/gateway.yaml"), "--wait", "60"});
    }
    [[nodiscard]] Json status_of(const std::string& node) const {
        const auto text = read_text_file(lab_.status_of(node));
        auto json = text ? Json::parse(*text) : Json::parse("{}");
        return json ? std::move(*json) : Json();
    }

    RunningLab lab_;
};

TEST_F(Office, deauthorises_a_meter_through_two_officers_and_through_no_fewer) {
    // 5 nodes, 5 committees, 12 meters, capacities and grants, and the rates: 47 notices.
    const Said drafted =
        draft("one.draft", "48",
              {"deauthorise", "meter=m-101", "reason=over_capacity", "effective=next+30"});
    ASSERT_EQ(drafted.status, 0) << drafted.text;
    EXPECT_EQ(submit("one.draft").status, 2) << "nobody has approved it";
    ASSERT_EQ(sign("one.draft", "officer-2").status, 0);
    EXPECT_EQ(submit("one.draft").status, 2) << "one is not enough";
    ASSERT_EQ(sign("one.draft", "officer-3").status, 0);
    const Said submitted = submit("one.draft");
    EXPECT_EQ(submitted.status, 0) << submitted.text;
    EXPECT_NE(submitted.text.find("by the word of more nodes than may lie"), std::string::npos);
    for (const char* node : {"n1", "n5"}) {
        EXPECT_TRUE(test::wait_for([&] {
            return status_of(node).at("deauthorised").find("m-101") != nullptr;
        })) << node;
    }
    EXPECT_EQ(status_of("n3").at("office").at("promise"), Json("2 of 3 officers decide"));
}

// From two officers to the relay of a meter, and back in its reading.
TEST_F(Office, disconnects_a_meter_which_says_so) {
    RunningProgram fleet({program("meter-sim"), "run", "--config", lab_.meters().string()});
    const Said drafted = draft("off.draft", "48",
                               {"command", "meter=m-101", "order=disconnect", "reason=grid_safety",
                                "effective=next+3", "expires=next+90"});
    ASSERT_EQ(drafted.status, 0) << drafted.text;
    EXPECT_NE(drafted.text.find("DISCONNECT meter m-101"), std::string::npos);
    ASSERT_EQ(sign("off.draft", "officer-1").status, 0);
    ASSERT_EQ(sign("off.draft", "officer-3").status, 0);
    const Said submitted = submit("off.draft");
    EXPECT_EQ(submitted.status, 0) << submitted.text;
    const auto is_off = [&] {
        RunningProgram run({program("meter-sim"), "show", "--config", lab_.meters().string()});
        return run.wait() == 0 && run.output().find(
                                      "command 48: disconnect (grid_safety), "
                                      "executed ") != std::string::npos;
    };
    EXPECT_TRUE(test::wait_for(is_off, 90'000));
}

}  // namespace
}  // namespace fairfeed::e2e
