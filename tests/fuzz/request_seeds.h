// Seeds of the requests to the office: for the targets http_target and api_request, which describe
// their lines. Tests only.
#pragma once

#include <string_view>

namespace fairfeed::fuzz {

struct RequestSeed {
    const char* target;
    const char* name;
    std::string_view text;
};

inline constexpr RequestSeed kRequestSeeds[] = {
    {"http_target", "meter",
     "GET\n/api/v1/meters/m%2d1?limit=5&x=a+b\na=1; __Host-session=5f; b=2\n"},
    {"http_target", "event", "HEAD\n/api/v1/meters\n12.7\n"},
    {"http_target", "tag", "GET\n/\nW/\"5f\", *\n"},
    {"api_request", "page", "GET\n/api/v1/readings?limit=5&order=oldest&meter=m-1\n\n"},
    {"api_request", "cursor", "GET\n/api/v1/blocks?cursor=5b31325d\n\n"},
    {"api_request", "next", "GET\n/api/v1/meters?cursor=5b342c226d2d31225d&order=newest\n\n"},
    {"api_request", "events", "GET\n/api/v1/events\n7.2\n"},
    {"api_request", "options", "OPTIONS\n/api/v1/drafts/00/approvals\n\n{\"draft\":\"00\"}"},
    {"api_request", "bills", "GET\n/api/v1/bills?month=2016-08&meter=m-1&format=csv\n\n"},
    {"api_request", "bill", "GET\n/api/v1/bills/m-1/2016-08/proof\n\n"},
    {"api_request", "reading", "GET\n/api/v1/readings/m-1/12/proof\n\n"},
    {"api_request", "draft",
     "POST\n/api/v1/drafts\n\n{\"kind\":\"revoke\",\"fields\":{\"node\":\"n1\"},"
     "\"sequence\":9,\"valid_days\":7}"},
    {"api_request", "application",
     "POST\n/api/v1/applications\n\n{\"name\":\"A\",\"contact\":\"B\",\"service_point\":\"sp\","
     "\"estimated_w\":5000,\"technology\":\"wind\",\"place\":\"C\"}"},
    {"api_request", "step",
     "POST\n/api/v1/applications/a-1/steps\n\n{\"action\":\"schedule\",\"visit_s\":1900000000}"},
    {"api_request", "audit", "GET\n/api/v1/audit?limit=2&cursor=9\n\n"},
};

}  // namespace fairfeed::fuzz
