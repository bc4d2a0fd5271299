#include "gateway/api/gateway_metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>

namespace fairfeed {
namespace {

constexpr std::array<std::string_view, 6> kMethods = {"GET",   "HEAD",   "POST",
                                                      "PATCH", "DELETE", "OPTIONS"};

std::string label_of(std::string_view method) {
    const bool is_known = std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
    return std::string(is_known ? method : "other");
}

}  // namespace

struct GatewayMetrics::Families {
    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& requests =
        prometheus::BuildCounter()
            .Name("fairfeed_gateway_http_requests_total")
            .Help("Requests answered, by method and status")
            .Register(registry);
    prometheus::Histogram& seconds =
        prometheus::BuildHistogram()
            .Name("fairfeed_gateway_http_request_seconds")
            .Help("Time from the end of a request to its answer")
            .Register(registry)
            .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.005, 0.02, 0.1, 0.5, 2, 10});
    prometheus::Gauge& connections = gauge("fairfeed_gateway_http_connections", "Open connections");
    prometheus::Gauge& streams = gauge("fairfeed_gateway_event_streams", "Streams of events");
    prometheus::Gauge& height =
        gauge("fairfeed_gateway_height", "Height of the newest block in the read model");

    Families() {
        prometheus::BuildGauge()
            .Name("fairfeed_gateway_build_info")
            .Help("The version that runs")
            .Register(registry)
            .Add({{"version", FAIRFEED_VERSION}})
            .Set(1);
    }
    prometheus::Gauge& gauge(const char* name, const char* help) {
        return prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
    }
};

GatewayMetrics::GatewayMetrics() : families_(std::make_unique<Families>()) {}
GatewayMetrics::~GatewayMetrics() = default;

void GatewayMetrics::request(std::string_view method, unsigned status, std::int64_t ms) {
    families_->requests.Add({{"method", label_of(method)}, {"status", std::to_string(status)}})
        .Increment();
    families_->seconds.Observe(static_cast<double>(ms) / 1000);
}

void GatewayMetrics::connections(std::size_t open, std::size_t streams) {
    families_->connections.Set(static_cast<double>(open));
    families_->streams.Set(static_cast<double>(streams));
}

void GatewayMetrics::height(std::uint64_t height) {
    families_->height.Set(static_cast<double>(height));
}

std::string GatewayMetrics::text() const {
    return prometheus::TextSerializer().Serialize(families_->registry.Collect());
}

}  // namespace fairfeed
