/** A greyscale image, row by row from the top; 255 is white. */
export interface GrayPicture {
  width: number;
  height: number;
  data: Uint8Array;
}
