#include <stdlib.h>

#include "CCodecs.h"

void lb_free(void *memory) { free(memory); }
