// The built-in face: a surface over flat skin coordinates, and the fields that move it.
//
// Skin coordinates (x, y) in mm are those of the face with lids and lips closed, seen from the front and unrolled at the
// sides: +x its left, +y up, (0, 0) the nose tip. Lids open by sliding over the eyeballs.
#ifndef FACET_SYNTH_ANATOMY_H
#define FACET_SYNTH_ANATOMY_H

enum anatomy_layer { ANATOMY_SKIN, ANATOMY_LID, ANATOMY_MOUTH, ANATOMY_EYEBALL };

// One vertex of the built-in face.
struct anatomy_site {
    enum anatomy_layer layer;
    double angle; // of the horizontal section, 0 in front, radians
    double x, y;  // skin coordinates; of an eyeball: its pole
    int half;     // of the slit it borders or stands behind: +1 upper, -1 lower, 0 neither
    double depth; // behind the slit's edge, mm; of an eyeball: angle from its pole, radians
    double turn;  // of an eyeball: angle around its pole, radians
};

// How far the lids stand off the line of the closed eye, mm in the middle of the lid; [0] right, [1] left.
struct anatomy_lids {
    double upper[2], lower[2];
};

extern const double anatomy_eye_x, anatomy_eye_y, anatomy_eye_half; // centre and half width of the lids' slit, mm
extern const double anatomy_mouth_y, anatomy_mouth_half;            // the lips' slit
extern const struct anatomy_lids anatomy_lids_rest;

double anatomy_half_width(double y);           // of the head at height y, mm
double anatomy_skin_x(double angle, double y); // skin coordinate of a section angle
double anatomy_angle_of(double share);         // section angle where |x| is this share of the half width
void anatomy_place(const struct anatomy_site *site, const struct anatomy_lids *lids, double position[3]);
double anatomy_lower(const struct anatomy_site *site); // 1 below the mouth, 0 above, hard across the slit only

#endif
