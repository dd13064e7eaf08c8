// Look together: filled in when panels can show images to each other.

export class Together {
  constructor(room) {
    this.room = room;
  }

  wake() {}

  moved() {}
}
