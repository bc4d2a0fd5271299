// The lists of a lab file: officers, nodes, clusters, meters. Each item is checked against those
// before it. Errors go to the views, placed at their keys.
#pragma once

#include <map>
#include <set>
#include <string>

#include "core/io/yaml_file.h"
#include "gateway/dgmd/lab_network.h"
#include "gateway/dgmd/recording.h"

namespace fairfeed {

class LabMembers {
  public:
    explicit LabMembers(LabNetwork& lab);

    // Where the file names no officers, LabOffice's names are taken.
    void read_office(const YamlView& root);
    // In this order, behind read_office; `recording` is null where the meters have a seed or the
    // recording is unusable.
    void read_nodes(const YamlView& root);
    // The place of the gateway's broker, where the file has one.
    void read_gateway(const YamlView& root);
    void read_clusters(const YamlView& root);
    void read_meters(const YamlView& root, const Recording* recording);
    // Where the file does not say how many transactions a block holds, as many as the largest
    // cluster needs, and a ninth more for late readings. Fails at `max_block_transactions` if it is
    // too low.
    void size_blocks(const YamlView& network);

  private:
    // Fails at `key` (of an item of a list: at the item) if the name is reserved or already has an
    // identity.
    void claim(const YamlView& view, const std::string& name, const std::string& what,
               std::string_view key = "id");
    [[nodiscard]] std::vector<NodeId> read_people(const YamlView& office, std::string_view key,
                                                  const std::string& what);
    void read_broker(const YamlView& view, LabNode& node);
    void check_listener(const YamlView& view, const LabNode& node);
    void check_metrics(const YamlView& view, const LabNode& node);
    void check_parent(const YamlView& view, const LabCluster& cluster);
    void check_cluster_of(const YamlView& view, const LabMeter& meter);
    void check_service_point(const YamlView& view, const LabMeter& meter);
    void read_energy(const YamlView& view, LabMeter& meter, const Recording* recording);
    [[nodiscard]] const LabNode* find_node(const NodeId& id) const;

    LabNetwork& lab_;
    std::map<std::string, std::string> identities_;  // name to "node" or "meter"
    std::map<NodeId, ClusterId> parent_of_;
    std::map<ClusterId, std::size_t> cluster_meters_;
    std::set<std::string> service_points_;
};

}  // namespace fairfeed
