// A street whose nodes are known by name, a name server that falls silent, and one dead machine. A
// network that tolerates one fault must bear exactly this combination.
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <memory>
#include <thread>

#include "core/io/clock.h"
#include "tests/e2e/demo.h"
#include "tests/e2e/own_network.h"
#include "tests/e2e/running_program.h"
#include "tests/support/temp_directory.h"

namespace fairfeed::e2e {
namespace {

constexpr int kNodes = 4;
constexpr std::int64_t kEndMs = 5000;

std::string street() {
    std::string nodes;
    std::string clusters;
    std::string meters;
    for (int i = 1; i <= kNodes; ++i) {
        const std::string number = std::to_string(i);
        nodes += "  - {id: n" + number + ", location: {east_m: " + number +
                 "00, north_m: 0}, address: n" + number + ".lan, listen: 127.0.0.1, port: 888" +
                 number + "}\n";
        clusters += "  - {id: c" + number + ", parent: n" + number + "}\n";
        meters += "  - {id: m" + number + ", cluster: c" + number + ", capacity_w: 3000}\n";
    }
    return "network: {name: street, grid_epoch: 2016-08-08T08:00, starts_in_s: 6, speed: 4800, "
           "preset: lab}\nnodes:\n" +
           nodes + "clusters:\n" + clusters + "meters:\n" + meters +
           "tariff: {import_micro_per_kwh: 250000, export_micro_per_kwh: 80000}\n"
           "meter_source: {seed: 1}\n";
}

class Street {
  public:
    Street() { std::ofstream(place_ / "street.yaml") << street(); }

    [[nodiscard]] bool provision() const {
        RunningProgram made({program("gateway"), "provision", "street.yaml", "--out", "net"},
                            place_.path());
        return made.wait() == 0;
    }
    [[nodiscard]] std::unique_ptr<RunningProgram> broker(const std::string& node) const {
        return std::make_unique<RunningProgram>(
            std::vector<std::string>{mosquitto(), "-c", in(node) + "mosquitto.conf"});
    }
    [[nodiscard]] std::unique_ptr<RunningProgram> node(const std::string& node) const {
        return std::make_unique<RunningProgram>(std::vector<std::string>{
            program("edge-node"), "run", "--config", in(node) + "edge-node.yaml"});
    }
    [[nodiscard]] std::unique_ptr<RunningProgram> meters() const {
        return std::make_unique<RunningProgram>(std::vector<std::string>{
            program("meter-sim"), "run", "--config", (place_ / "net/meters/meter-sim.yaml")});
    }
    [[nodiscard]] const std::filesystem::path& path() const { return place_.path(); }

  private:
    [[nodiscard]] static std::string mosquitto() {
        return std::filesystem::exists("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto";
    }
    [[nodiscard]] std::string in(const std::string& node) const {
        return (place_ / ("net/nodes/" + node)).string() + "/";
    }
    testing_support::TempDirectory place_;
};

bool commits(RunningProgram& node, int height) {
    return node.says("block committed height=" + std::to_string(height) + " ");
}

void end_promptly(RunningProgram& program) {
    const Clock clock;
    const std::int64_t begin_ms = clock.now().steady_ms;
    program.signal(SIGTERM);
    EXPECT_EQ(program.wait(), 0) << program.output();
    EXPECT_LE(clock.now().steady_ms - begin_ms, kEndMs);
}

// n4 is dead from the start, and its name gets no answer. Later no name gets one.
void live_through_it(const Street& street, SmallNameServer& names) {
    auto broker1 = street.broker("n1");
    auto broker2 = street.broker("n2");
    auto broker3 = street.broker("n3");
    auto n1 = street.node("n1");
    auto n2 = street.node("n2");
    auto n3 = street.node("n3");
    auto meters = street.meters();
    ASSERT_TRUE(commits(*n1, 2)) << n1->output();
    EXPECT_GT(names.ignored(), 0);
    names.fall_silent();
    broker2->signal(SIGKILL);
    (void)broker2->wait();
    broker2 = street.broker("n2");
    ASSERT_TRUE(commits(*n1, 5)) << n1->output();
    ASSERT_TRUE(commits(*n2, 5)) << n2->output();
    ASSERT_TRUE(commits(*n3, 5)) << n3->output();
    EXPECT_EQ(n1->output().find("dialling again broker=n1"), std::string::npos) << n1->output();
    for (RunningProgram* each : {n1.get(), n2.get(), n3.get(), meters.get()})
        end_promptly(*each);
}

TEST(SilentNames, and_a_dead_node_do_not_stop_who_can_reach_each_other) {
    std::thread([] {
        const Street street;
        if (!enter_own_network(street.path()))
            GTEST_SKIP() << "needs root, for a network of its own";
        SmallNameServer names({"n4.lan"});
        ASSERT_TRUE(street.provision());
        live_through_it(street, names);
    }).join();
}

}  // namespace
}  // namespace fairfeed::e2e
