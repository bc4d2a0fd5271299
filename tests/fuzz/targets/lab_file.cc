#include "gateway/dgmd/lab_file.h"
#include "gateway/dgmd/network_plan.h"
#include "tests/fuzz/input_file.h"
#include "tests/fuzz/properties.h"

// A network file as a person writes it: refused with lines that say why, or turned into a plan.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace fairfeed;
    const auto lab = load_lab_file(fuzz::input_file("lab.yaml", {data, size}));
    if (!lab) {
        CHECK(!lab.error().empty());
        return 0;
    }
    CHECK(!fault_of(lab->parameters_at(1'760'000'000'000)));
    const NetworkPlan plan = plan_network(*lab);
    CHECK(plan.validators.size() == lab->nodes.size());
    for (const LabCluster& cluster : lab->clusters)
        CHECK(plan.committees.at(cluster.id).front() == cluster.parent);
    ++fuzz::accepted_inputs;
    return 0;
}
