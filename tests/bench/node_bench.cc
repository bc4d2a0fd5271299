#include <chrono>
#include <cstdio>
#include <cstdlib>
#include "core/wire/reading_codec.h"
#include "tests/support/lab.h"
#include "tests/unit/node/node_world.h"
using namespace fairfeed; using namespace fairfeed::test;
namespace { double now_us() { return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now().time_since_epoch()).count(); } }
int main(int, char** argv) {
  const std::size_t meters = std::strtoul(argv[1],nullptr,10); const Window windows = static_cast<Window>(std::atoi(argv[2]));
  auto options = lab(1); options.meters_per_cluster = meters;
  const double n = static_cast<double>(meters); NodeWorld world(options);
  const NodeId id = TestNetwork::node(1); const ClusterId cluster = TestNetwork::cluster(1);
  const ChainState first = world.first_state();
  for (Window w = 0; w < windows; ++w) {
    world.go_to_end_of(w);
    std::vector<OpenedReading> readings;
    double t0 = now_us();
    for (std::size_t i = 1; i <= meters; ++i) { const MeterId m = TestNetwork::meter(1, i); const bool p = first.capacity_w(m, w) > 0; readings.push_back(world.meter(m).read(w, flat_profile(first, p ? QuarterHour{0,500,500} : QuarterHour{100,0,0}))); }
    double t1 = now_us();
    for (auto& r : readings) { const MeterId& m = r.reading.header.meter; auto k = first.meter_key(m); if (!verify_reading(r.reading, world.network().network(), *k)) std::abort(); }
    double t2 = now_us();
    for (auto& r : readings) { const Topic topic{world.network().genesis().content.parameters.name, r.reading.header.meter.str(), Channel::reading, "-"}; world.happen(id, MessageArrived{id, topic.str(), false, r.reading.envelope}); }
    double t3 = now_us();
    if (!world.settles(cluster, w)) { std::puts("not settled"); return 1; }
    double t4 = now_us();
    std::printf("window %u: make %.1f verify %.1f intake %.1f settle %.1f us/reading\n", w, (t1-t0)/n, (t2-t1)/n, (t3-t2)/n, (t4-t3)/n);
  }
}
