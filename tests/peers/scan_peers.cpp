// Calls of other readers of scans; tests/peers/scan.sh says which there are.
#include "scan_peers.h"

#include <vector>

#ifdef PEER_FAST_OBJ
#include "fast_obj.h"

long by_fast_obj(const char *path) {
    fastObjMesh *mesh = fast_obj_read(path);
    if (!mesh) return 0;
    long count = long(mesh->position_count) - 1 + long(mesh->face_count); // its position 0 is a dummy
    fast_obj_destroy(mesh);
    return count;
}
#endif

#ifdef PEER_MINIPLY
#include "miniply.h"

long by_miniply(const char *path) {
    static std::vector<float> vertices;
    static std::vector<int> triangles;
    miniply::PLYReader reader(path);
    uint32_t at[3], faces[3];
    long count = 0;
    if (!reader.valid()) return 0;
    miniply::PLYElement *face = reader.get_element(reader.find_element("face"));
    if (face) face->convert_list_to_fixed_size(face->find_property("vertex_indices"), 3, faces); // its fastest way
    for (; reader.has_element(); reader.next_element()) {
        if (reader.element_is("vertex") && reader.load_element() && reader.find_pos(at)) {
            vertices.resize(3 * size_t(reader.num_rows()));
            if (!reader.extract_properties(at, 3, miniply::PLYPropertyType::Float, vertices.data())) return 0;
            count += reader.num_rows();
        } else if (reader.element_is("face") && reader.load_element()) {
            triangles.resize(3 * size_t(reader.num_rows()));
            if (!reader.extract_properties(faces, 3, miniply::PLYPropertyType::Int, triangles.data())) return 0;
            count += reader.num_rows();
        }
    }
    return count;
}
#endif

#ifdef PEER_COIN
#include <Inventor/SoDB.h>
#include <Inventor/SoInput.h>
#include <Inventor/VRMLnodes/SoVRMLCoordinate.h>
#include <Inventor/VRMLnodes/SoVRMLIndexedFaceSet.h>
#include <Inventor/actions/SoSearchAction.h>
#include <Inventor/nodes/SoSeparator.h>

long by_coin(const char *path) {
    static bool begun = false;
    if (!begun) SoDB::init(), begun = true;
    SoInput input;
    if (!input.openFile(path)) return 0;
    SoSeparator *root = SoDB::readAll(&input);
    if (!root) return 0;
    root->ref();
    SoSearchAction search;
    search.setType(SoVRMLIndexedFaceSet::getClassTypeId());
    search.setSearchingAll(TRUE);
    search.apply(root);
    long count = 0;
    if (search.getPath()) {
        auto *faces = static_cast<SoVRMLIndexedFaceSet *>(static_cast<SoFullPath *>(search.getPath())->getTail());
        auto *points = static_cast<SoVRMLCoordinate *>(faces->coord.getValue());
        count = points->point.getNum() + faces->coordIndex.getNum() / 4;
    }
    root->unref();
    return count;
}
#endif
