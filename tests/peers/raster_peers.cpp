// Calls of other renderers; tests/peers/raster.sh says which there are.
#include "raster_bench.h"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <vector>

[[maybe_unused]] static const face *mesh;

[[maybe_unused]] static void die(const char *what) {
    std::fprintf(stderr, "raster benchmark: %s\n", what);
    std::exit(1);
}

#ifdef PEER_OSMESA
#define GL_GLEXT_PROTOTYPES
#include <GL/osmesa.h>

#include <GL/glext.h>

static GLint uniform_axes, uniform_extent;
static std::vector<float> mesa_picture(4 * PIXELS);

static GLuint shader(GLenum kind, const char *text) {
    GLuint made = glCreateShader(kind);
    GLint good = 0;
    glShaderSource(made, 1, &text, nullptr);
    glCompileShader(made);
    glGetShaderiv(made, GL_COMPILE_STATUS, &good);
    if (!good) die("OSMesa does not compile a shader");
    return made;
}

static bool open_mesa(void) {
    setenv("LP_NUM_THREADS", "0", 1);
    const int wanted[] = {OSMESA_FORMAT,
                          OSMESA_RGBA,
                          OSMESA_DEPTH_BITS,
                          24,
                          OSMESA_PROFILE,
                          OSMESA_COMPAT_PROFILE,
                          OSMESA_CONTEXT_MAJOR_VERSION,
                          2,
                          OSMESA_CONTEXT_MINOR_VERSION,
                          1,
                          0};
    OSMesaContext context = OSMesaCreateContextAttribs(wanted, nullptr);
    if (!context || !OSMesaMakeCurrent(context, mesa_picture.data(), GL_FLOAT, SIDE, SIDE))
        die("OSMesa does not start");
    OSMesaPixelStore(OSMESA_Y_UP, 0);
    std::fprintf(stderr, "OSMesa: %s, %s\n", glGetString(GL_RENDERER), glGetString(GL_VERSION));
    GLuint program = glCreateProgram();
    glAttachShader(program, shader(GL_VERTEX_SHADER, R"(#version 120
        attribute vec3 position, normal;
        uniform mat3 axes;
        uniform float extent;
        varying vec4 seen;
        void main() {
            vec3 at = axes * position;
            seen = vec4(axes * normal, at.z);
            gl_Position = vec4(at.xy / extent, -at.z / 256.0, 1.0);
        })"));
    glAttachShader(program, shader(GL_FRAGMENT_SHADER, R"(#version 120
        varying vec4 seen;
        void main() {
            vec3 unit = normalize(seen.xyz);
            gl_FragColor = vec4(gl_FrontFacing ? unit : -unit, seen.w);
        })"));
    glBindAttribLocation(program, 0, "position");
    glBindAttribLocation(program, 1, "normal");
    glLinkProgram(program);
    glUseProgram(program);
    uniform_axes = glGetUniformLocation(program, "axes");
    uniform_extent = glGetUniformLocation(program, "extent");
    GLuint buffers[3];
    glGenBuffers(3, buffers);
    for (GLuint i = 0; i < 2; i++) {
        glBindBuffer(GL_ARRAY_BUFFER, buffers[i]);
        glEnableVertexAttribArray(i);
        glVertexAttribPointer(i, 3, GL_FLOAT, GL_FALSE, 0, nullptr);
    }
    glBindBuffer(GL_ELEMENT_ARRAY_BUFFER, buffers[2]);
    glEnable(GL_DEPTH_TEST);
    glViewport(0, 0, SIDE, SIDE);
    glClearColor(0, 0, 0, -1e9f);
    if (glGetError() != GL_NO_ERROR) die("OSMesa reports an error");
    return true;
}

static void take_mesa(const face *face) {
    GLint buffer;
    mesh = face;
    const float *streams[2] = {face->vertices[0], face->normals[0]};
    for (GLuint i = 0; i < 2; i++) {
        glGetVertexAttribiv(i, GL_VERTEX_ATTRIB_ARRAY_BUFFER_BINDING, &buffer);
        glBindBuffer(GL_ARRAY_BUFFER, GLuint(buffer));
        glBufferData(GL_ARRAY_BUFFER, GLsizeiptr(sizeof *face->vertices) * face->n_vertices, streams[i],
                     GL_STATIC_DRAW);
    }
    glBufferData(GL_ELEMENT_ARRAY_BUFFER, GLsizeiptr(sizeof *face->triangles) * face->n_triangles, face->triangles,
                 GL_STATIC_DRAW);
}

static void draw_mesa(const look *look, const picture *) {
    float axes[9];
    for (int k = 0; k < 3; k++)
        axes[3 * k] = look->right[k], axes[3 * k + 1] = look->up[k], axes[3 * k + 2] = look->toward[k];
    glUniformMatrix3fv(uniform_axes, 1, GL_FALSE, axes);
    glUniform1f(uniform_extent, EXTENT);
    glClear(GL_COLOR_BUFFER_BIT | GL_DEPTH_BUFFER_BIT);
    glDrawElements(GL_TRIANGLES, 3 * mesh->n_triangles, GL_UNSIGNED_INT, nullptr);
    glFinish(); // brings the picture into mesa_picture
}

static void show_mesa(const picture *picture) {
    for (int i = 0; i < PIXELS; i++) {
        for (int k = 0; k < 3; k++) picture->normal[k][i] = mesa_picture[4 * size_t(i) + size_t(k)];
        picture->depth[i] = mesa_picture[4 * size_t(i) + 3];
    }
}

const renderer osmesa = {"OSMesa", "depth, normal", open_mesa, take_mesa, draw_mesa, show_mesa, 0, 0.05f};
#endif

#ifdef PEER_EMBREE
#include <embree3/rtcore.h>

static RTCDevice device;
static RTCScene scene;
static RTCRayHit16 packets[PIXELS / 16];

static bool open_embree(void) {
    if (!device) device = rtcNewDevice("threads=1,set_affinity=0");
    if (!device) die("Embree does not start");
    std::fprintf(stderr, "Embree %zd, packets of 16 native: %zd\n",
                 rtcGetDeviceProperty(device, RTC_DEVICE_PROPERTY_VERSION),
                 rtcGetDeviceProperty(device, RTC_DEVICE_PROPERTY_NATIVE_RAY16_SUPPORTED));
    return true;
}

static void take_embree(const face *face) {
    mesh = face;
    if (scene) rtcReleaseScene(scene);
    scene = rtcNewScene(device);
    RTCGeometry geometry = rtcNewGeometry(device, RTC_GEOMETRY_TYPE_TRIANGLE);
    void *vertices = rtcSetNewGeometryBuffer(geometry, RTC_BUFFER_TYPE_VERTEX, 0, RTC_FORMAT_FLOAT3,
                                             sizeof *face->vertices, size_t(face->n_vertices));
    std::memcpy(vertices, face->vertices, sizeof *face->vertices * size_t(face->n_vertices));
    rtcSetSharedGeometryBuffer(geometry, RTC_BUFFER_TYPE_INDEX, 0, RTC_FORMAT_UINT3, face->triangles, 0,
                               sizeof *face->triangles, size_t(face->n_triangles));
    rtcCommitGeometry(geometry);
    rtcAttachGeometry(scene, geometry);
    rtcReleaseGeometry(geometry);
    rtcSetSceneBuildQuality(scene, RTC_BUILD_QUALITY_MEDIUM);
    rtcCommitScene(scene);
}

// A packet is 4 x 4 pixels.
static int pixel_of(int packet, int lane) {
    const int across = SIDE / 4;
    return (4 * (packet / across) + lane / 4) * SIDE + 4 * (packet % across) + lane % 4;
}

static void aim(const look *look, int packet, RTCRayHit16 *rays) {
    const float pixel_mm = 2 * EXTENT / SIDE, far_mm = 1000;
    for (int i = 0; i < 16; i++) {
        int pixel = pixel_of(packet, i);
        float x = (float(pixel % SIDE) + 0.5f - SIDE / 2) * pixel_mm,
              y = (SIDE / 2 - float(pixel / SIDE) - 0.5f) * pixel_mm;
        rays->ray.org_x[i] = x * look->right[0] + y * look->up[0] + far_mm * look->toward[0];
        rays->ray.org_y[i] = x * look->right[1] + y * look->up[1] + far_mm * look->toward[1];
        rays->ray.org_z[i] = x * look->right[2] + y * look->up[2] + far_mm * look->toward[2];
        rays->ray.dir_x[i] = -look->toward[0];
        rays->ray.dir_y[i] = -look->toward[1];
        rays->ray.dir_z[i] = -look->toward[2];
        rays->ray.tnear[i] = 0, rays->ray.tfar[i] = 1e30f, rays->ray.time[i] = 0;
        rays->ray.mask[i] = ~0u, rays->ray.flags[i] = 0;
        rays->hit.geomID[i] = RTC_INVALID_GEOMETRY_ID;
    }
}

static void draw_embree(const look *look, const picture *) {
    alignas(64) static const int all[16] = {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
    RTCIntersectContext context;
    rtcInitIntersectContext(&context);
    context.flags = RTC_INTERSECT_CONTEXT_FLAG_COHERENT;
    for (int i = 0; i < PIXELS / 16; i++) {
        aim(look, i, &packets[i]);
        rtcIntersect16(all, scene, &context, &packets[i]);
    }
}

static void show_embree(const picture *picture) {
    for (int i = 0; i < PIXELS; i++) {
        const RTCRayHit16 &rays = packets[i / 16];
        bool hit = rays.hit.geomID[i % 16] != RTC_INVALID_GEOMETRY_ID;
        picture->depth[pixel_of(i / 16, i % 16)] = hit ? 1000 - rays.ray.tfar[i % 16] : -1e9f;
    }
}

const renderer embree = {"Embree", "triangle, shares, depth", open_embree, take_embree, draw_embree, show_embree, 0,
                         0.05f};
const renderer embree_build = {"Embree, a build every 12 views",
                               "triangle, shares, depth",
                               open_embree,
                               take_embree,
                               draw_embree,
                               show_embree,
                               12,
                               0.05f};
#endif

#ifdef PEER_MOC
#include "MaskedOcclusionCulling.h"

static MaskedOcclusionCulling *culling;
static std::vector<float> transformed, culling_depth(PIXELS);

// It knows perspective alone: from 100 m away, which is orthographic to a tenth of a pixel.
static const float away = 1e5f;

static bool open_culling(void) {
    culling = MaskedOcclusionCulling::Create(MaskedOcclusionCulling::AVX512);
    if (!culling) die("Masked Occlusion Culling does not start");
    culling->SetResolution(SIDE, SIDE);
    culling->SetNearClipPlane(1);
    static const char *const names[] = {"SSE2", "SSE4.1", "AVX2", "AVX-512"};
    std::fprintf(stderr, "Masked Occlusion Culling: %s\n", names[culling->GetImplementation()]);
    return true;
}

static void take_culling(const face *face) {
    mesh = face;
    transformed.resize(4 * size_t(face->n_vertices));
}

static void draw_culling(const look *look, const picture *) {
    float matrix[16] = {0};
    for (int k = 0; k < 3; k++) {
        matrix[4 * k] = look->right[k] * away / EXTENT;
        matrix[4 * k + 1] = look->up[k] * away / EXTENT;
        matrix[4 * k + 3] = -look->toward[k];
    }
    matrix[15] = away;
    culling->ClearBuffer();
    MaskedOcclusionCulling::TransformVertices(matrix, mesh->vertices[0], transformed.data(),
                                              unsigned(mesh->n_vertices));
    culling->RenderTriangles(transformed.data(), reinterpret_cast<const unsigned *>(mesh->triangles), mesh->n_triangles,
                             nullptr, MaskedOcclusionCulling::BACKFACE_CW, MaskedOcclusionCulling::CLIP_PLANE_NONE);
    culling->ComputePixelDepthBuffer(culling_depth.data(), false);
}

static void show_culling(const picture *picture) {
    for (int i = 0; i < PIXELS; i++)
        picture->depth[i] = culling_depth[size_t(i)] > 0 ? away - 1 / culling_depth[size_t(i)] : -1e9f;
}

const renderer masked_culling = {"Masked Occlusion Culling",
                                 "depth, no nearer than it is",
                                 open_culling,
                                 take_culling,
                                 draw_culling,
                                 show_culling,
                                 0,
                                 -1};
#endif
